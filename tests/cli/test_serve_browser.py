"""``netgrant serve`` in a real browser: the page works under its own strict policy, and asks nobody else."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.line import Line, grant
from tests.cli.test_serve import address_of, serving
from tests.ui.web.browser import browser, program

pytestmark = [
    pytest.mark.cluster,  # it needs a program that `make test-cluster` brings
    pytest.mark.skipif(
        program() is None, reason="there is no Chromium; `make test-cluster` installs it as root"
    ),
]


EVIL = """<script>
const socket = new WebSocket("%s");
socket.onopen = () => { window.ended = "open"; };
socket.onclose = () => { window.ended ??= "refused"; };
</script>"""


@pytest.fixture
def granted(line: Line, namespace: str) -> str:
    """The namespace of a grant."""
    grant(line, namespace)
    return namespace


async def test_a_browser_shows_the_rows_takes_keys_and_speaks_to_nobody_else(
    line: Line, granted: str, tmp_path: Path
) -> None:
    with serving(line, "-n", granted) as process:
        address = address_of(process)
        async with browser(tmp_path / "profile") as page:
            await page.open(address)
            await page.until("● live")
            shown = await page.until("198.51.100.0/24")
            assert "READ-ONLY" in shown
            assert await page.drawn_pixels() > 100_000

            await page.press("?")
            await page.until("Search who asked for what")
            await page.press("q")  # which closes the help, and is no way out of the whole

            await page.until("198.51.100.0/24")
            assert "token" not in await page.value("location.href")
            assert await page.value("document.cookie") == ""  # no script may read it
            assert {urlsplit(url).netloc for url in page.requests if not url.startswith("data:")} == {
                urlsplit(address).netloc
            }
            assert page.troubles == []


async def test_a_page_of_somebody_else_cannot_open_the_socket(line: Line, tmp_path: Path) -> None:
    with serving(line) as process:
        address = address_of(process)
        base = address.partition("enter?")[0]
        async with browser(tmp_path / "profile") as page:
            await page.open(address)
            await page.until("● live")  # this browser has the cookie

            evil = tmp_path / "evil.html"
            evil.write_text(EVIL % f"ws{base.removeprefix('http')}ws")
            await page.open(evil.as_uri())
            ended = await page.awaited("window.ended ?? ''")
            assert ended == "refused"
