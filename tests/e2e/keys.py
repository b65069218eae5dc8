"""A grant's life by keys alone, in a real terminal, with a witness who says what came of each.

Law: nothing here knows which cluster it is. Keys are pressed as a person would, waiting for what is shown.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from tests.contract.eventually import eventually
from tests.e2e.official import Object, Official
from tests.ui.pty.screen import Screen
from tests.ui.pty.terminal import Terminal

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def until(terminal: Terminal, witness_sees: Callable[[], object], what: str) -> None:
    """Wait for what the witness sees; a failure shows the screen."""
    try:
        eventually(witness_sees, what=what)
    except AssertionError as error:
        terminal.drain()
        raise AssertionError(f"{error}:\n{terminal.screen.text}") from error


def row(pattern: str) -> Callable[[Screen], object]:
    """Tell whether the row under the cursor looks so."""
    return lambda screen: any(re.search(f"▶.*{pattern}", line) for line in screen.lines)


def make(terminal: Terminal, witness: Official, namespace: str) -> Object:
    """Open the access of the README's first example; return the policy that the witness sees."""
    terminal.press("n")
    terminal.until("New grant")
    terminal.until(namespace)  # the one that is looked at stands there already
    terminal.type("app=database")
    terminal.press("tab")
    terminal.type("198.51.100.0/24")
    terminal.press("tab")
    terminal.type("5432/TCP")
    terminal.press("tab", "tab")  # half an hour is what stands there
    terminal.type("debug replication lag")
    terminal.press("tab")
    terminal.type("INC-482")
    terminal.until("accepted")  # by the server, as a rehearsal
    assert witness.policies(namespace) == []
    terminal.press("ctrl+s")
    terminal.until_gone("New grant")
    until(terminal, lambda: witness.policies(namespace), "a policy")
    terminal.until(row(r"(29|30):\d\d .*5432.* J"))
    return witness.policy(namespace)


def judge_made(policy: Object, witness: Official, namespace: str) -> None:
    """The policy is the one that was asked for, and ends in half an hour."""
    assert policy.spec.pod_selector.match_labels == {"app": "database"}
    assert policy.spec.policy_types == ["Ingress"]
    (rule,) = policy.spec.ingress
    assert [peer.ip_block.cidr for peer in rule._from] == ["198.51.100.0/24"]
    assert [(port.protocol, port.port) for port in rule.ports] == [("TCP", 5432)]
    notes = policy.metadata.annotations
    assert (notes["netgrant.dev/reason"], notes["netgrant.dev/ticket"]) == (
        "debug replication lag",
        "INC-482",
    )
    life = witness.deadline(namespace) - policy.metadata.creation_timestamp
    assert abs(life - 30 * MINUTE) <= 2 * SECOND


def extend(terminal: Terminal, witness: Official, namespace: str) -> None:
    """Move the deadline of the grant under the cursor by a quarter of an hour."""
    before, uid = witness.deadline(namespace), witness.policy(namespace).metadata.uid
    terminal.press("e")
    terminal.until("Extend")
    terminal.type("15m")
    terminal.press("enter")
    terminal.type("the vendor is still connected")
    terminal.press("enter")
    terminal.until_gone("why is it needed longer")
    until(terminal, lambda: witness.deadline(namespace) - before > 14 * MINUTE, "the later end")
    assert abs(witness.deadline(namespace) - before - 15 * MINUTE) <= SECOND
    assert witness.policy(namespace).metadata.uid == uid
    terminal.until(row(r"4[45]:\d\d "))  # what is revoked next is what is seen


def revoke(terminal: Terminal, witness: Official, namespace: str) -> None:
    """End the grant under the cursor."""
    terminal.press("r")
    terminal.until("Revoke")
    terminal.type("done")
    terminal.press("enter")
    assert len(witness.policies(namespace)) == 1  # a reason alone ends nothing
    terminal.press("y")
    terminal.until_gone("Revoke 1")
    until(terminal, lambda: witness.is_empty(namespace), "nothing left")
