"""The Kubernetes API: connection, writers, reflector and store. The only place with kubernetes_asyncio."""
