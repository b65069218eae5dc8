"""Make text that came from a cluster safe to show.

Law: every string from a cluster passes here once, where it enters the model. Control characters could
drive the terminal (an annotation may hold ``ESC ] 52``), bidi and zero-width characters could make a name
read as another. They are replaced by a visible escape, never dropped, so that nothing hides.
"""

import re

# C0 (tab and newline are handled apart), DEL, C1, soft hyphen, bidi controls, zero-width, line separators,
# invisible operators, BOM, interlinear marks, tag characters and lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_BREAKS = re.compile("[\t\n]")

# What a JSON document must contain for any of its strings to be unsafe: an escape other than the quotes,
# slashes and the <, >, & that Go always escapes, or the UTF-8 form of one of the characters above.
_SUSPECT_JSON = re.compile(
    rb"\\(?:[bfrnt]|u(?!003[cCeE]|0026))|\x7f|\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xa8-\xae]"
    rb"|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xef\xbf[\xb9-\xbb]|\xf3\xa0[\x80\x81]"
)


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clean(text: str, limit: int = 4096) -> str:
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
    if b"\\" not in document and document.isascii() and b"\x7f" not in document:
        return False  # most documents, at a fifth of the search's time
    return _SUSPECT_JSON.search(document) is not None


def clean_tree(value: object) -> object:
    """Return decoded JSON with every string in it, keys too, passed through ``clean``."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_tree(item) for item in value]
    return value
