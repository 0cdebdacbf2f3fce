"""Where claimed devices land, and who we are at a vendor."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Target:
    """A place that devices are claimed into; ``may_claim`` is None where the vendor does not tell.

    ``parent`` is the ID of the target that it lies in, where targets make a tree. ``licence`` is the vendor's own word
    for the state of the licence that claims into it use, where it tells one.
    """

    id: str
    title: str
    path: str = ""
    organization: str = ""
    may_claim: bool | None = None
    seats_left: int | None = None
    expires_at: datetime | None = None
    inventory: bool = False
    parent: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are at a vendor: its own ID for the account that our credentials belong to."""

    id: str
    title: str
    organization: str = ""
    whole_organization: bool = False
