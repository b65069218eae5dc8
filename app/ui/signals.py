"""The signals that end the dashboard.

Law: imports nothing that is slow; this comes before the first picture.
"""

import signal

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def heeded() -> list[signal.Signals]:
    """Return those that whoever started us did not want ignored (nohup)."""
    return [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]


def interrupt() -> None:
    """Take each for an interrupt until the app listens itself: what was drawn by then is taken back."""
    for number in heeded():
        signal.signal(number, signal.default_int_handler)
