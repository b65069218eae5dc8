"""kubernetes_asyncio's side of bench/watch.py: its list and its ``Watch``, with models, kept in a dict."""

import argparse
import asyncio
import gc
import json
import sys
import time
from typing import Any

from kubernetes_asyncio import client, watch

from bench.meter import StallMeter, resident_bytes


async def measure(port: int, pods: int, events: int) -> dict[str, float]:
    """Load ``pods`` and follow ``events`` changes."""
    async with client.ApiClient(client.Configuration(host=f"http://127.0.0.1:{port}")) as api_client:
        api = client.CoreV1Api(api_client)
        gc.collect()
        before, began, meter = resident_bytes(), time.perf_counter(), StallMeter()
        held: dict[tuple[str, str], Any] = {}
        version = await _load(api, held)
        result = {"load_seconds": time.perf_counter() - began}
        await asyncio.sleep(0)
        result |= meter.take("load")
        result |= await _follow(api, held, version, events)
        result |= meter.take("watch")
        meter.stop()
        gc.collect()
        result["bytes_per_pod"] = (resident_bytes() - before) / len(held)
        assert len(held) == pods
    return result


async def _load(api: Any, held: dict[tuple[str, str], Any]) -> str:  # noqa: ANN401
    token = ""
    while True:
        page = await api.list_pod_for_all_namespaces(limit=500, _continue=token or None)
        for pod in page.items:
            held[pod.metadata.namespace, pod.metadata.name] = pod
        token = page.metadata._continue
        if not token:
            return str(page.metadata.resource_version)


async def _follow(
    api: Any,  # noqa: ANN401
    held: dict[tuple[str, str], Any],
    version: str,
    events: int,
) -> dict[str, float]:
    seen, began, cpu_began = 0, 0.0, 0.0
    async with watch.Watch() as watcher:
        async for event in watcher.stream(api.list_pod_for_all_namespaces, resource_version=version):
            pod = event["object"]
            held[pod.metadata.namespace, pod.metadata.name] = pod
            if not seen:
                began, cpu_began = time.perf_counter(), time.process_time()
            seen += 1
            if seen == events:
                break
    return {
        "events_per_second": (events - 1) / (time.perf_counter() - began),
        "cpu_us_per_event": (time.process_time() - cpu_began) / (events - 1) * 1e6,
    }


def main() -> None:
    """Measure and print the result as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "pods", "events"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    result = asyncio.run(measure(options.port, options.pods, options.events))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
