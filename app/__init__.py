"""netgrant: temporary network access in Kubernetes that ends by itself."""

__version__ = "0.1.0"
