"""Texts from a cluster, made safe to show."""

import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.text import LIMIT, clean, clean_block, clean_tree, is_any_suspect, is_suspect, quote

# Half of the characters are of the kinds that could do harm.
ODD = st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Cs", "Mn"])
TEXTS = st.text(st.characters() | ODD, max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
HARMFUL = (
    "\x00\x07\x08\x0b\x0c\r\x1b\x7f\x80\x85\x9b\x9f\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Grüße, 世界 🚒", "Grüße, 世界 🚒"),
        ("", ""),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb", "a\\x0d b"),
        ("pay\u202eroll", "pay\\u202eroll"),
        ("al\u200bice", "al\\u200bice"),
        ("alice\u3164", "alice\\u3164"),
        ("a\U000e0041", "a\\U000e0041"),
        ("\ud83d", "\\ud83d"),
        ("back\\slash \\x1b", "back\\slash \\x1b"),
        ("\xff\u0100\uffff\U00010000", "\xff\u0100\uffff\U00010000"),
        ("[red]markup[/red]", "[red]markup[/red]"),
        ("⚠\ufe0f", "⚠\ufe0f"),
    ],
)
def test_what_a_text_is_shown_as(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(TEXTS)
@example(HARMFUL)
def test_a_clean_text_is_one_line_that_cannot_drive_a_terminal(text: str) -> None:
    shown = clean(text)
    assert {unicodedata.category(c) for c in shown}.isdisjoint({"Cc", "Zl", "Zp", "Cs"})
    assert len(shown.splitlines()) <= 1
    assert clean(shown) == shown


@pytest.mark.parametrize("code", [*range(0x2066, 0x206A), *range(0x202A, 0x202F), 0x200E, 0x200F, 0x061C])
def test_no_bidi_control_passes(code: int) -> None:
    assert chr(code) not in clean(f"a{chr(code)}b")


# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties): signs that a terminal may show as nothing.
IGNORABLE = [
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010)),
    *(*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF0, 0xFFF9)),
    *(*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000, 7), 0xE0FFF),
]


def test_nothing_is_shown_as_nothing() -> None:
    assert [hex(code) for code in IGNORABLE if clean(chr(code)) == chr(code)] == []


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean("a" * LIMIT) == "a" * LIMIT
    assert clean("a" * (LIMIT + 1)) == "a" * LIMIT + "…"
    assert clean("abc", 2) == "ab…"
    assert clean("\x00" * 3, 2) == "\\x00\\x00…"


def test_a_block_keeps_its_lines() -> None:
    assert clean_block("a\n\tb\x1b\r\n") == "a\n\tb\\x1b\\x0d\n"


def _unescaped(text: str) -> bytes:
    """JSON as a server may also write it: nothing escaped that need not be."""
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _go(text: str) -> bytes:
    """JSON as Go writes it: <, > and & escaped too."""
    swapped = json.dumps(text, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        swapped = swapped.replace(char, f"\\u{ord(char):04x}")
    return swapped.encode("utf-8", "surrogatepass")


def _all_escaped(text: str) -> bytes:
    units = text.encode("utf-16-be", "surrogatepass")
    codes = [units[i : i + 2].hex().upper() for i in range(0, len(units), 2)]
    return b'"' + b"".join(rb"\u" + code.encode() for code in codes) + b'"'


@given(TEXTS)
@example(HARMFUL)
@example("\\n")
@example("<script> & co")
@example("a" * (LIMIT + 1))
@example("\x7f")
def test_no_unsafe_text_goes_unsuspected(text: str) -> None:
    if clean(text) == text:
        return
    for document in (json.dumps(text).encode(), _unescaped(text), _go(text), _all_escaped(text)):
        # A lone surrogate cannot be written raw: such a document is no UTF-8 and is repaired before.
        if document.decode("utf-8", "replace").encode() == document:
            assert is_suspect(document), document


def test_each_unsafe_character_is_suspected_in_either_form() -> None:
    unsafe = [chr(code) for code in range(0x110000) if clean(chr(code)) != chr(code)]
    assert len(unsafe) > 6000  # surrogates and tags for the most part
    raw = [char for char in unsafe if not "\ud800" <= char <= "\udfff" and ord(char) >= 0x20]
    assert [char for char in raw if not is_suspect(f'{{"a":"x{char}y"}}'.encode())] == []
    assert [char for char in unsafe if not is_suspect(json.dumps(f"x{char}y").encode())] == []


@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b'{"app":"database","path":"/a/b"}',
        '{"a":"Grüße 世界 🚒"}'.encode(),
        rb'{"a":"\"quoted\" \u003ctag\u003E \u0026 \/"}',
        rb'{"a":"C:\\Users"}',
    ],
)
def test_a_safe_document_is_not_suspected(document: bytes) -> None:
    assert not is_suspect(document)


@given(JSON)
def test_a_clean_tree_is_clean_all_over_and_of_the_same_shape(value: object) -> None:
    found = clean_tree(value)
    assert clean_tree(found) == found
    assert type(found) is type(value)
    text = json.dumps(found, ensure_ascii=False)
    assert clean(text, len(text)) == text
    if not isinstance(value, str | dict | list):
        assert found == value


def test_a_clean_tree_cleans_keys_too() -> None:
    assert clean_tree({"a\x1b": [{"b\u200b": "c\n"}], "n": 1}) == {"a\\x1b": [{"b\\u200b": "c "}], "n": 1}


@given(TEXTS)
@example("x" * 500)
@example("\U000e0001" * 60)
def test_a_quoted_text_is_short_and_printable(text: str) -> None:
    assert quote(text).isprintable()
    assert len(quote(text)) <= 62


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", "''"),
        ("a\nb", r"'a\nb'"),
        ("it's", '"it\'s"'),
        ("\u202e", r"'\u202e'"),
        ("x" * 60, f"'{'x' * 60}'"),
        ("x" * 61, f"'{'x' * 59}…'"),
        ("x" * 58 + "\n", f"'{'x' * 58}\\n'"),
        ("x" * 59 + "\n", f"'{'x' * 59}…'"),
        ("'" + "x" * 60, f'"\'{"x" * 58}…"'),
    ],
)
def test_a_quoted_text_is_escaped_as_python_does_it(text: str, quoted: str) -> None:
    assert quote(text) == quoted


@given(st.lists(TEXTS.map(lambda text: json.dumps(text).encode()), max_size=4))
@example([b'"%s"' % (b"a" * LIMIT), b'"b"'])
@example([b'"%s"' % (b"a" * (LIMIT - 2)), b'"b"'])
@example([b'"b"'] * LIMIT)
@example([b'"%s"' % (b"a" * LIMIT), b'"\\n"'])
def test_several_documents_are_suspect_as_each_of_them_is(documents: list[bytes]) -> None:
    assert is_any_suspect(b"\n".join(documents)) == any(is_suspect(one) for one in documents)
