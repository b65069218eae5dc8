"""Fixtures for every test: the real control plane (tests marked ``cluster``)."""

from hypothesis import HealthCheck, settings

settings.register_profile("netgrant", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("netgrant")  # no test fails because the machine was busy

pytest_plugins = ["tests.controlplane.fixtures", "tests.e2e.promises"]
