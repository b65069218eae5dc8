"""The embedded cluster: a small Kubernetes API server in this process, with its controllers and a scene.

Law: it behaves as a real kube-apiserver 1.36 does for what netgrant uses of it, and the contract suite runs
on both to prove it. Where it stops short it refuses rather than pretends: no server-side apply and no
protobuf (415), no Tables, no OpenAPI schemas. No managedFields, no admission webhooks, no escalation checks
when roles are written. Jobs make no pods, Deployments no ReplicaSets; Services do not fill EndpointSlices.

    server                       start, stop, options; what others import
    http → handlers → requests, identity, access, bodies       one request
         → lists, watch, writes, deletion, reviews, discovery   its answer
    storage                      objects, versions, history
    kinds, shapes, strategies    the table of resources, their fields, their rules
    controllers                  the loop; job_controllers, collector, namespace_controller
    scenario                     incident (data), seeding, happenings
"""
