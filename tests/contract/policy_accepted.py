"""NetworkPolicy specs that the API server accepts though one may doubt it, and what it stores.

Law: data only. Each verdict was read off a kube-apiserver and is asserted on it, so it is a fact.
"""

from tests.contract.policy_bodies import Accepted, cidr, expression, ingress, labels, port

ACCEPTED = [
    Accepted(
        "port 65535", port(port=65535), stored={"ingress": [{"ports": [{"protocol": "TCP", "port": 65535}]}]}
    ),
    Accepted(
        "port name 15",
        port(port="a" * 15),
        stored={"ingress": [{"ports": [{"protocol": "TCP", "port": "a" * 15}]}]},
    ),
    Accepted(
        "port name with letter and digits",
        port(port="8080a"),
        stored={"ingress": [{"ports": [{"protocol": "TCP", "port": "8080a"}]}]},
    ),
    Accepted("port null", port(port=None), stored={"ingress": [{"ports": [{"protocol": "TCP"}]}]}),
    Accepted(
        "protocol null",
        port(protocol=None, port=80),
        stored={"ingress": [{"ports": [{"protocol": "TCP", "port": 80}]}]},
    ),
    Accepted("protocol SCTP", port(protocol="SCTP", port=80)),
    Accepted("protocol UDP alone", port(protocol="UDP")),
    Accepted(
        "endPort equal",
        port(port=80, endPort=80),
        stored={"ingress": [{"ports": [{"protocol": "TCP", "port": 80, "endPort": 80}]}]},
    ),
    Accepted(
        "endPort above",
        port(port=80, endPort=90),
        stored={"ingress": [{"ports": [{"protocol": "TCP", "port": 80, "endPort": 90}]}]},
    ),
    Accepted(
        "endPort null",
        port(port=80, endPort=None),
        stored={"ingress": [{"ports": [{"protocol": "TCP", "port": 80}]}]},
    ),
    Accepted(
        "endPort 65535",
        port(port=1, endPort=65535),
        stored={"ingress": [{"ports": [{"protocol": "TCP", "port": 1, "endPort": 65535}]}]},
    ),
    Accepted("ports null", {"ingress": [{"ports": None}]}, stored={"ingress": [{}]}),
    Accepted("ports empty", {"ingress": [{"ports": []}]}, stored={"ingress": [{}]}),
    Accepted(
        "port item empty",
        {"ingress": [{"ports": [{}]}]},
        stored={"ingress": [{"ports": [{"protocol": "TCP"}]}]},
    ),
    Accepted(
        "port item null",
        {"ingress": [{"ports": [None]}]},
        stored={"ingress": [{"ports": [{"protocol": "TCP"}]}]},
    ),
    Accepted(
        "ports many",
        {"ingress": [{"ports": [{"port": 80}, {"port": 80}]}]},
        stored={"ingress": [{"ports": [{"protocol": "TCP", "port": 80}, {"protocol": "TCP", "port": 80}]}]},
    ),
    Accepted("cidr v6", cidr("2001:db8::/32")),
    Accepted("cidr all", cidr("0.0.0.0/0")),
    Accepted("cidr v6 all", cidr("::/0")),
    Accepted("cidr upper v6", cidr("2001:DB8::/32")),
    Accepted("cidr long v6", cidr("2001:0db8:0000::/32")),
    Accepted("except inside", cidr("10.0.0.0/8", "10.1.0.0/16")),
    Accepted("except overlap each other", cidr("10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/24")),
    Accepted("except duplicate", cidr("10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16")),
    Accepted("except single ip", cidr("10.0.0.0/8", "10.1.2.3/32")),
    Accepted(
        "except null",
        ingress({"ipBlock": {"cidr": "10.0.0.0/8", "except": None}}),
        stored={"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
    ),
    Accepted(
        "except empty",
        ingress({"ipBlock": {"cidr": "10.0.0.0/8", "except": []}}),
        stored={"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
    ),
    Accepted("peer pod all", ingress({"podSelector": {}})),
    Accepted("peer ns all", ingress({"namespaceSelector": {}})),
    Accepted("peer both", ingress({"podSelector": {}, "namespaceSelector": {}})),
    Accepted(
        "peer ip and null pod",
        ingress({"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": None}),
        stored={"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
    ),
    Accepted("ingress null", {"ingress": None}, stored={}),
    Accepted("ingress empty", {"ingress": []}, stored={}),
    Accepted("ingress one empty rule", {"ingress": [{}]}),
    Accepted("ingress null rule", {"ingress": [None]}, stored={"ingress": [{}]}),
    Accepted("from null", {"ingress": [{"from": None}]}, stored={"ingress": [{}]}),
    Accepted("from empty", {"ingress": [{"from": []}]}, stored={"ingress": [{}]}),
    Accepted("from and to mixed up", {"ingress": [{"to": [{"podSelector": {}}]}]}, stored={"ingress": [{}]}),
    Accepted(
        "egress without its type", {"egress": [{"to": [{"podSelector": {}}]}], "policyTypes": ["Ingress"]}
    ),
    Accepted("ingress without its type", {"ingress": [{}], "policyTypes": ["Egress"]}),
    Accepted("egress null", {"egress": None, "policyTypes": ["Egress"]}, stored={"policyTypes": ["Egress"]}),
    Accepted("egress empty", {"egress": [], "policyTypes": ["Egress"]}, stored={"policyTypes": ["Egress"]}),
    Accepted("types reversed", {"policyTypes": ["Egress", "Ingress"]}),
    Accepted("types twice", {"policyTypes": ["Ingress", "Ingress"]}),
    Accepted("types null", {"policyTypes": None}, stored={}),
    Accepted("types empty", {"policyTypes": []}, stored={}),
    Accepted("podSelector null", {"podSelector": None}, stored={}),
    Accepted("labels null", {"podSelector": {"matchLabels": None}}, stored={}),
    Accepted("labels empty", {"podSelector": {"matchLabels": {}}}, stored={}),
    Accepted("label empty value", labels({"app": ""})),
    Accepted("label null value", labels({"app": None}), stored={"podSelector": {"matchLabels": {"app": ""}}}),
    Accepted("label value 63", labels({"app": "x" * 63})),
    Accepted("label value dots", labels({"app": "a.b_c-d"})),
    Accepted("label key 63", labels({"x" * 63: "x"})),
    Accepted("label key prefix", labels({"example.com/app": "x"})),
    Accepted("label key upper name", labels({"App": "x"})),
    Accepted("expr In", expression(key="app", operator="In", values=["a", "b"])),
    Accepted("expr NotIn", expression(key="app", operator="NotIn", values=["a"])),
    Accepted("expr Exists", expression(key="app", operator="Exists")),
    Accepted(
        "expr Exists empty values",
        expression(key="app", operator="Exists", values=[]),
        stored={"podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}},
    ),
    Accepted("expr DoesNotExist", expression(key="app", operator="DoesNotExist")),
    Accepted("expr value twice", expression(key="app", operator="In", values=["a", "a"])),
    Accepted("expr value empty string", expression(key="app", operator="In", values=[""])),
    Accepted(
        "expr value null",
        expression(key="app", operator="In", values=[None]),
        stored={"podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": [""]}]}},
    ),
    Accepted("exprs null", {"podSelector": {"matchExpressions": None}}, stored={}),
    Accepted("exprs empty", {"podSelector": {"matchExpressions": []}}, stored={}),
    Accepted(
        "expr contradiction",
        {
            "podSelector": {
                "matchExpressions": [
                    {"key": "netgrant.dev/parked", "operator": "Exists"},
                    {"key": "netgrant.dev/parked", "operator": "DoesNotExist"},
                ]
            }
        },
    ),
]
