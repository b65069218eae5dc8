"""What is loaded can only be seen in a process of its own."""

import asyncio
import re
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.kube.fake_api import fake_api, ok
from tests.kube.kubeconfigs import options

APP = Path(__file__).parents[2] / "app"
NEVER_NEEDED = (
    "kubernetes_asyncio.client.models",
    "kubernetes_asyncio.client.api",
    "textual",
    "rich",
    "urllib3.util",
)


def run(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("module", NEVER_NEEDED)
def test_the_pool_comes_without(module: str) -> None:
    assert run(f"import sys, app.kube.slim; print({module!r} in sys.modules)") == "False\n"


async def test_a_real_request_comes_without(tmp_path: Path) -> None:
    code = f"""
import asyncio, sys
from app.kube.connection import connect
from app.kube.policies import Policies
async def main():
    async with await connect() as wire:
        print(len(await Policies(wire).list(None, "")))
asyncio.run(main())
print([module for module in {NEVER_NEEDED!r} if module in sys.modules])
"""
    async with fake_api(lambda _: ok({"metadata": {"resourceVersion": "1"}, "items": []})) as api:
        environ = {"HOME": str(tmp_path), "KUBECONFIG": options(tmp_path, api.url).kubeconfig or ""}
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, env=environ, stdout=PIPE)
        output, _ = await process.communicate()
    assert output == b"0\n[]\n"


def test_the_in_cluster_loader_comes_without_the_models_too() -> None:
    out = run(
        "import sys\nfrom app.kube.slim import in_cluster_loader\nprint(in_cluster_loader()[0].__name__)\n"
        "print('kubernetes_asyncio.client.models' in sys.modules, 'yaml' in sys.modules)"
    )
    assert out.split() == ["InClusterConfigLoader", "False", "False"]


@pytest.mark.parametrize(
    ("statement", "expression"),
    [
        ("from kubernetes_asyncio.client import CoreV1Api", "CoreV1Api.__name__"),
        (
            "import kubernetes_asyncio",
            "kubernetes_asyncio.__version__ and kubernetes_asyncio.client.V1Pod.__name__",
        ),
        ("from kubernetes_asyncio.config import load_kube_config", "load_kube_config.__name__"),
        ("from kubernetes_asyncio import client, config, watch", "watch.Watch.__name__"),
        ("import urllib3", "urllib3.PoolManager.__name__ and urllib3.__version__"),
        ("import urllib3.util", "urllib3.util.make_headers.__name__"),
        ("from kubernetes_asyncio.client.api_client import ApiClient", "ApiClient.__name__"),
    ],
)
def test_the_real_packages_still_work_afterwards(statement: str, expression: str) -> None:
    assert run(f"import app.kube.slim\n{statement}\nprint({expression})").strip()


@pytest.mark.parametrize(
    "first", ["import kubernetes_asyncio.client", "import urllib3", "import kubernetes_asyncio"]
)
def test_a_process_that_has_the_real_packages_keeps_them(first: str) -> None:
    out = run(
        f"{first}\nimport sys\nbefore = dict(sys.modules)\nimport app.kube.slim as slim\n"
        "import kubernetes_asyncio.client as client\n"
        "print(all(sys.modules[name] is module for name, module in before.items()))\n"
        "print(client.Configuration is slim.Configuration)"
    )
    assert out.split() == ["True", "True"]


def test_a_name_that_no_package_has_is_an_attribute_error() -> None:
    out = run(
        "import app.kube.slim, kubernetes_asyncio.client as client\n"
        "print(hasattr(client, 'NoSuchThing'), hasattr(client, '__wrapped__'))"
    )
    assert out.split() == ["False", "False"]


def test_an_unknown_layout_falls_back_to_the_ordinary_import(tmp_path: Path) -> None:
    package = tmp_path / "kubernetes_asyncio"
    (package / "client").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "client" / "__init__.py").write_text(
        "import sys, types\n"
        "for name, thing in (('configuration', 'Configuration'), ('rest', 'RESTClientObject')):\n"
        "    module = types.ModuleType(f'kubernetes_asyncio.client.{name}')\n"
        "    setattr(module, thing, type(thing, (), {}))\n"
        "    sys.modules[module.__name__] = module\n"
    )
    out = run(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import app.kube.slim as slim; print(slim.RESTClientObject.__name__)"
    )
    assert out == "RESTClientObject\n"


def test_no_other_module_imports_the_client() -> None:
    importing = {
        path.name
        for path in APP.rglob("*.py")
        if re.search(r"^\s*(from|import) kubernetes_asyncio", path.read_text(), re.M)
    }
    assert importing == {"slim.py"}
