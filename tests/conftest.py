"""Fixtures for every test: the real control plane (tests marked ``cluster``)."""

pytest_plugins = ["tests.controlplane.fixtures"]
