"""The dashboard. The only place with textual and rich."""
