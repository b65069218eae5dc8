"""How keys are written for people: ``ctrl+d``, ``/``, ``esc``.

Law: pure.
"""

_NAMES = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "backslash": "\\",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "minus": "-",
    "exclamation_mark": "!",
    "full_stop": ".",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}


def key_name(key: str) -> str:
    """Return how one key is written."""
    *modifiers, last = key.split("+")
    return "+".join((*modifiers, _NAMES.get(last, last)))


def key_names(keys: str) -> tuple[str, ...]:
    """Return how each of some keys, separated by commas, is written."""
    return tuple(key_name(key.strip()) for key in keys.split(","))
