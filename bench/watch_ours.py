"""netgrant's side of bench/watch.py: connection, reflector, decoding, store and a listener, as in use."""

import argparse
import asyncio
import gc
import json
import sys
import tempfile
import time
from pathlib import Path

from app.domain.objects import Pod
from app.kube.choosing import ConnectOptions
from app.kube.connection import connect
from app.kube.reflector import Reflector, Surroundings
from app.kube.resources import PODS, Target
from app.kube.store import Changes, Store
from app.kube.wall_clock import WallClock
from bench.meter import StallMeter, resident_bytes


class Progress:
    """A listener that notes when the first list was complete and when the changes began and ended."""

    def __init__(self, last_version: int) -> None:
        self.loaded = asyncio.Event()
        self.finished = asyncio.Event()
        self.marks: list[tuple[float, float, int]] = []
        self._last_version = last_version

    def __call__(self, changes: Changes[Pod]) -> None:
        """Hear about a batch."""
        if changes.relisted:
            self.loaded.set()
        if changes.updated:
            newest = int(changes.updated[-1][1].metadata.resource_version)
            self.marks.append((time.perf_counter(), time.process_time(), newest))
            if newest >= self._last_version:
                self.finished.set()

    def rates(self) -> dict[str, float]:
        """Return what the changes from the first batch to the last took."""
        (begun, cpu_begun, first), (ended, cpu_ended, last) = self.marks[0], self.marks[-1]
        events = last - first
        return {
            "events_per_second": events / (ended - begun),
            "cpu_us_per_event": (cpu_ended - cpu_begun) / events * 1e6,
        }


async def measure(kubeconfig: str, pods: int, events: int) -> dict[str, float]:
    """Load ``pods`` and follow ``events`` changes."""
    async with await connect(ConnectOptions(kubeconfig=kubeconfig)) as connection:
        gc.collect()
        before, began, meter = resident_bytes(), time.perf_counter(), StallMeter()
        store, progress = Store[Pod](), Progress(pods + events)
        store.subscribe(progress)
        reflector = Reflector(connection, Target(PODS), store, Surroundings(WallClock()))
        task = asyncio.create_task(reflector.run())
        await progress.loaded.wait()
        result = {"load_seconds": time.perf_counter() - began} | meter.take("load")
        await progress.finished.wait()
        result |= progress.rates() | meter.take("watch")
        meter.stop()
        task.cancel()
        gc.collect()
        result["bytes_per_pod"] = (resident_bytes() - before) / len(store)
        assert len(store) == pods
        assert store.undecodable == 0
    return result


def _kubeconfig(port: int) -> dict[str, object]:
    return {
        "clusters": [{"name": "bench", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "bench"}}],
        "users": [{"name": "bench", "user": {}}],
        "current-context": "bench",
    }


def main() -> None:
    """Measure and print the result as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "pods", "events"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "kubeconfig")
        path.write_text(json.dumps(_kubeconfig(options.port)), encoding="utf-8")
        result = asyncio.run(measure(str(path), options.pods, options.events))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
