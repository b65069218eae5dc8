"""The embedded clusters of the command line's tests, for the dashboard over the real backend."""

from tests.cli.conftest import alive, line, namespace, surroundings

__all__ = ["alive", "line", "namespace", "surroundings"]
