"""The README's tables, made from the code: ``python -m tests.reference`` writes them anew."""

import re
from pathlib import Path

from app.cli.exits import MEANINGS
from app.commands.catalog import VERBS
from app.settings import SPECS

README = Path(__file__).parent.parent / "README.md"


def _verbs() -> str:
    rows = [
        f"| `netgrant {item.name}` | {item.summary} | {'yes' if item.writes else '–'} |" for item in VERBS
    ]
    return "\n".join(["| command | what it does | changes the cluster |", "| --- | --- | --- |", *rows])


def _exits() -> str:
    rows = [f"| {code.value} | `{code.name}` | {meaning} |" for code, meaning in MEANINGS.items()]
    return "\n".join(["| code | name | meaning |", "| --- | --- | --- |", *rows])


def _code(text: str) -> str:
    return f"`{text}`" if text else "–"


def _settings() -> str:
    rows = [
        f"| `{spec.name}` | {_code(spec.flag)} | {_code(spec.variable)} | {spec.default} | {spec.help} |"
        for spec in SPECS
    ]
    header = "| in the file | option | variable | default | what |"
    return "\n".join([header, "| --- | --- | --- | --- | --- |", *rows])


TABLES = {"verbs": _verbs, "exits": _exits, "settings": _settings}


def with_tables(text: str) -> str:
    """Return ``text`` with what stands between each pair of markers replaced by the table."""
    for name, make in TABLES.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = re.sub(pattern, lambda found: f"{found[1]}{make()}\n{found[2]}", text, flags=re.S)  # noqa: B023
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text()))
