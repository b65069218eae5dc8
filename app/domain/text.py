"""Make text that came from a cluster safe to show.

Law: every string from a cluster passes here once, where it enters the model. Control characters could
drive the terminal (an annotation may hold ``ESC ] 52``), bidi and zero-width characters could make a name
read as another. They are replaced by a visible escape, never dropped, so that nothing hides.
"""

import re

# C0 (tab and newline are handled apart), DEL, C1, line separators, interlinear marks, lone surrogates, and
# Unicode's Default_Ignorable_Code_Point (soft hyphen, bidi controls, zero-width, Hangul fillers, BOM, tags …)
# but for U+FE00-FE0F, which only choose between the shapes of a visible sign.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile("[\t\n]")

# What a JSON document must contain for any of its strings to be unsafe: an escape other than the quotes,
# slashes and the <, >, & that Go always escapes, or the UTF-8 form of one of the characters above.
_SUSPECT_JSON = re.compile(
    rb"\\(?:[bfrnt]|u(?!003[cCeE]|0026))|\x7f|\xc2[\x80-\x9f\xad]|\xcd\x8f|\xd8\x9c|\xe1(?:\x85[\x9f\xa0]"
    rb"|\x9e[\xb4\xb5]|\xa0[\x8b-\x8f])|\xe2(?:\x80[\x8b-\x8f\xa8-\xae]|\x81[\xa0-\xaf])|\xe3\x85\xa4"
    rb"|\xef(?:\xbb\xbf|\xbe\xa0|\xbf[\xb0-\xbb])|\xf0\x9b\xb2[\xa0-\xa3]|\xf0\x9d\x85[\xb3-\xba]|\xf3\xa0"
)


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


LIMIT = 4096
"""Characters that are kept of a text from a cluster: nothing longer is ever shown."""


def clean(text: str, limit: int = LIMIT) -> str:
    """Return ``text`` with every unsafe character made visible, on one line, at most ``limit`` characters.

    Tabs and newlines become spaces; what is cut off is replaced by ``…``.
    """
    safe = _BREAKS.sub(" ", _UNSAFE.sub(_visible, text[:limit]))
    return safe if len(text) <= limit else safe + "…"


def clean_block(text: str) -> str:
    """Return ``text`` with unsafe characters made visible and its tabs and line breaks kept."""
    return _UNSAFE.sub(_visible, text)


def is_suspect(document: bytes) -> bool:
    """Tell whether a JSON document may hold a string that ``clean`` would change (no false negatives)."""
    return len(document) > LIMIT or _holds_unsafe(document)  # a longer one may hold a text that is too long


def is_any_suspect(documents: bytes) -> bool:
    """Tell whether one of several JSON documents, one on each line, is suspect."""
    return _holds_unsafe(documents) or max(map(len, documents.split(b"\n"))) > LIMIT


def _holds_unsafe(document: bytes) -> bool:
    if b"\\" not in document and document.isascii() and b"\x7f" not in document:
        return False  # most documents, at a fifth of the search's time
    return _SUSPECT_JSON.search(document) is not None


def quote(text: str, limit: int = 60) -> str:
    """Return ``text``, as a user gave it, quoted and escaped on one line of about ``limit`` characters."""
    shown = repr(text[:limit])
    return shown if len(text) <= limit and len(shown) <= limit + 2 else f"{shown[:limit]}…{shown[0]}"


def clean_tree(value: object) -> object:
    """Return decoded JSON with every string in it, keys too, passed through ``clean``."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_tree(item) for item in value]
    return value
