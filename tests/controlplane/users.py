"""The people of the test clusters; nobody but admin may do anything until a test gives a right."""

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """A name, the groups, and a bearer token that is worth nothing outside a test."""

    name: str
    groups: tuple[str, ...]

    @property
    def token(self) -> str:
        """The token of the token file."""
        return f"test-token-of-{self.name}"


ADMIN = User("admin", ("system:masters",))
ALICE = User("alice", ("sre",))
BOB = User("bob", ("sre",))
USERS = {user.name: user for user in (ADMIN, ALICE, BOB)}
