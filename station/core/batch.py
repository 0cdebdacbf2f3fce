"""Items that go to one connection and one target together."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """``id`` is a UUID; ``revision`` grows with every change to its items, so that Claim claims what was on the screen.

    ``kind``, ``address`` and ``account`` are the connection's as they were when the batch was opened (``account`` is
    empty until the vendor told it). ``closed_at`` is set by Claim. ``paused`` is why it must not send, or empty.
    ``name`` is the name that a command line gave it. ``content`` is the digest that makes a named batch repeatable.
    """

    id: str
    connection: str
    kind: str
    opened_at: datetime
    address: str = ""
    account: str = ""
    target: str = ""
    target_title: str = ""
    operator: str = ""
    revision: int = 0
    closed_at: datetime | None = None
    paused: str = ""
    name: str = ""
    content: str = ""
    unseen_kits: bool = False
    on_table: bool = True
    practice: bool = False
