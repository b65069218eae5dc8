"""Every verb, declared once: the command line, key bindings, help and the README table derive from here.

Law: data only.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that netgrant can do."""

    name: str
    summary: str
    """One line, for the command list, the footer and the README."""
    writes: bool = False
    """Whether it changes the cluster; such verbs are off in read-only mode."""
    confirm: str = ""
    """The question asked before it acts; empty where none is."""
    key: str = ""
    """The dashboard's key."""


VERBS = (
    Verb("grant", "Open access for a while; the cluster itself closes it", writes=True, key="n"),
    Verb("adopt", "Put a policy that already stands under a deadline", writes=True),
    Verb("list", "List the live grants of a cluster, with what is left and what will end them"),
    Verb("show", "Show one grant: its deadline, its nets, its policies and its history", key="d"),
    Verb("extend", "Move a grant's deadline, later or earlier", writes=True, key="e"),
    Verb(
        "revoke",
        "End a grant's access now, and say whether it ended",
        writes=True,
        confirm="Revoke {count} grant(s) now?",
        key="r",
    ),
    Verb("history", "Show who asked for what, when and why, and how it ended", key="h"),
    Verb("exec", "Open access, run a command, and revoke when it ends, however it ends", writes=True),
    Verb("doctor", "Check cluster, clock, permissions, nets and registry"),
    Verb("demo", "Play an incident on a cluster inside this process"),
    Verb("completion", "Print the shell completion for bash, zsh or fish"),
)


_BY_NAME = {item.name: item for item in VERBS}


def verb(name: str) -> Verb:
    """Return the verb of that name.

    Raises:
        KeyError: there is none.
    """
    return _BY_NAME[name]
