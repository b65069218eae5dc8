"""What a refused input must look like, whichever parser refused it."""

from collections.abc import Callable

import pytest

from app.errors import InputError


def refusal(call: Callable[[], object]) -> InputError:
    """Return the InputError of ``call``: short, on one line, printable, and with a word on what is right."""
    with pytest.raises(InputError) as caught:
        call()
    error = caught.value
    for text in (error.message, error.fix):
        assert text and len(text) < 300, text
        assert text.isprintable(), text
    assert error.__cause__ is None or isinstance(error.__cause__, Exception)
    return error


def accepts(call: Callable[[], object]) -> bool:
    """Tell whether ``call`` takes its input; where it does not, the refusal must be a proper one."""
    try:
        call()
    except InputError:
        refusal(call)
        return False
    return True
