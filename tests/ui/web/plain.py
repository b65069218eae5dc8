"""textual-serve as it is, for comparison: prints its port, and serves until its stdin ends."""

import asyncio
import sys

from aiohttp import web
from textual_serve.server import Server


async def main() -> None:
    """Serve the command line that was given."""
    runner = web.AppRunner(await Server(" ".join(sys.argv[1:]))._make_app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print("port", runner.addresses[0][1], flush=True)  # noqa: T201 - for whoever started it
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
