"""What docs/output.md promises, read from the document itself, so that it cannot lie."""

import re
from dataclasses import dataclass
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs/output.md").read_text()
_ROW = re.compile(r"^\| (`[^|]+`) \| ([^|]+) \|([^|]*)\|$", re.M)
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Field:
    """One documented field."""

    type: str
    meaning: str

    def names(self) -> set[str]:
        """What the meaning lists in code font: an array's inner fields, or an enum's values."""
        return set(_CODE.findall(self.meaning))


def section(title: str) -> str:
    """The text below a heading that starts so."""
    found = re.search(rf"^## {re.escape(title)}.*?$(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
    assert found, f"docs/output.md has no section {title}"
    return found[1]


def fields(title: str) -> dict[str, Field]:
    """The fields of a section's table, ``parts[]`` as ``parts``."""
    found = {}
    for names, kind, meaning in _ROW.findall(section(title)):
        for name in _CODE.findall(names):
            found[name.removesuffix("[]")] = Field(kind.strip(), meaning)
    assert found
    return found


def record_fields() -> set[str]:
    """The fields of a registry record, which are told in a sentence."""
    sentence = section("`show -o json`").partition("A record has ")[2]
    return set(_CODE.findall(re.sub(r"\([^)]*\)", "", sentence)))


def enum_in(text: str, field: str) -> set[str]:
    """The values in the brackets behind a field's name."""
    found = re.search(rf"`{field}` \(([^)]*)\)", text)
    assert found
    return set(_CODE.findall(found[1]))
