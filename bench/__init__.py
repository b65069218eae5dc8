"""Measurements against other clients, each side in a process of its own."""
