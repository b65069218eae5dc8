"""Lend kubernetes_asyncio's configuration and connection pool without its generated models (768 modules).

Law: the only module that imports kubernetes_asyncio, and through which kube/ imports aiohttp. Its packages
import everything they have, which costs 150 ms and 40 MB at each start; here they are registered unexecuted,
so that a submodule can be imported by itself, and they execute as usual at the first name that somebody asks
of them. So nothing is replaced and nothing breaks: ``from kubernetes_asyncio.client import CoreV1Api`` still
works, at its full price. The same is done to urllib3, which the configuration imports for a function that we
never call (50 ms). A process that has the real packages already keeps them.
"""

import importlib
import importlib.util
import os
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_DEFERRED = ("urllib3", "kubernetes_asyncio", "kubernetes_asyncio.client", "kubernetes_asyncio.config")
_NAMES_OF_A_PACKAGE = ("__version__", "__all__")

# One for all packages: executing one imports the others, from whichever thread asked first.
_executing = threading.RLock()


def _defer(name: str) -> None:
    """Register the package ``name``; its ``__init__`` runs when a name that it does not have is asked for."""
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(f"no package {name}")
    module = importlib.util.module_from_spec(spec)
    vars(module)["__getattr__"] = _resolver(module, spec)
    sys.modules[name] = module
    parent, _, leaf = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], leaf, module)


def _resolver(module: ModuleType, spec: ModuleSpec) -> Any:  # noqa: ANN401 (a module's __getattr__, PEP 562)
    def resolve(attribute: str) -> object:
        # Tools look for __warningregistry__, __wrapped__ and the like in every module: no reason to execute.
        if attribute.startswith("__") and attribute not in _NAMES_OF_A_PACKAGE:
            raise AttributeError(f"module {spec.name!r} has no attribute {attribute!r}")
        with _executing:
            if attribute not in vars(module):
                _fetch(attribute, module, spec)
        try:
            return vars(module)[attribute]
        except KeyError:
            raise AttributeError(f"module {spec.name!r} has no attribute {attribute!r}") from None

    return resolve


def _fetch(attribute: str, module: ModuleType, spec: ModuleSpec) -> None:
    submodule = f"{spec.name}.{attribute}"
    if importlib.util.find_spec(submodule) is not None:
        importlib.import_module(submodule)
    elif vars(module).pop("__getattr__", None) is not None and spec.loader is not None:
        spec.loader.exec_module(module)


def _load() -> None:
    for name in _DEFERRED:
        _defer(name)
    configuration = importlib.import_module("kubernetes_asyncio.client.configuration")
    vars(sys.modules["kubernetes_asyncio.client"]).setdefault("Configuration", configuration.Configuration)


@contextmanager
def _trusting_nobody() -> Iterator[None]:
    """Point OpenSSL's default trust at nothing meanwhile.

    aiohttp builds its default TLS contexts when it is imported, and reading the system's certificates for
    them takes 30 ms of each start. No connection of ours uses them: each brings a context made for its
    server (pool.py). Whoever used a default one would find that it trusts nobody, so it fails closed.
    """
    paths = ssl.get_default_verify_paths()
    names = (paths.openssl_cafile_env, paths.openssl_capath_env)
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, os.devnull))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


with _trusting_nobody():
    import aiohttp

try:
    _load()
except (ImportError, AttributeError):
    # Another layout than the one we know: the ordinary import is slow and right.
    for _name in [name for name in sys.modules if name.partition(".")[0] == "kubernetes_asyncio"]:
        del sys.modules[_name]
    importlib.import_module("kubernetes_asyncio.client")

from kubernetes_asyncio.client.configuration import Configuration  # noqa: E402
from kubernetes_asyncio.client.rest import RESTClientObject  # noqa: E402

__all__ = ["Configuration", "RESTClientObject", "aiohttp", "in_cluster_loader"]


def in_cluster_loader() -> tuple[Any, type[Exception]]:
    """Return the class InClusterConfigLoader and the exception that it raises."""
    from kubernetes_asyncio.config.config_exception import ConfigException
    from kubernetes_asyncio.config.incluster_config import InClusterConfigLoader

    return InClusterConfigLoader, ConfigException
