"""The answer to a look-up: what a thing is, what is inside, and whether it can be claimed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .identifier import Identifier


class ClaimStatus(StrEnum):
    """The backend's word for a device or a kit."""

    UNCHECKED = "unchecked"
    NOT_FOUND = "not_found"
    UNREGISTERED = "unregistered"
    UNCLAIMED = "unclaimed"
    PARTLY_CLAIMED = "partly_claimed"
    CLAIMED = "claimed"


class Holder(StrEnum):
    """Who holds a claimed device, as far as the backend tells."""

    NOBODY = ""
    OURS = "ours"
    ANOTHER = "another"
    NOT_TOLD = "not_told"


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """One device of a finding.

    ``device_id`` is the vendor's ID as an operator reads it on the label; ``ref`` is what the backend needs to name
    the device in a call (opaque to everybody else, often the same text); ``handle`` names an existing claim of ours.
    ``owned``: it is our own device at a vendor where a claim only shares it, so that we say who may claim it.
    """

    device_id: str
    status: ClaimStatus
    ref: str = ""
    type: str = ""
    product_number: str = ""
    holder: Holder = Holder.NOBODY
    place: str = ""
    handle: str = ""
    owned: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look-up of one identifier told.

    ``what`` is "kit", "device" or "" when nothing was found; ``devices`` the whole content of a kit or the one device;
    ``title`` a display name where the vendor has one; ``counts`` (total, claimed) as the vendor states them, for a
    cross-check against the list; ``would_be`` is filled by a dry run: for each device ID the outcome code that a claim
    would have; ``at`` is when the answer came (UTC).
    """

    identifier: Identifier
    status: ClaimStatus
    at: datetime
    what: str = ""
    title: str = ""
    devices: tuple[FoundDevice, ...] = ()
    counts: tuple[int, int] | None = None
    would_be: tuple[tuple[str, str], ...] = ()
    raw: str = ""

    @property
    def claimed(self) -> int:
        """How many of the devices are claimed already."""
        return sum(device.status is ClaimStatus.CLAIMED for device in self.devices)


def status_of(devices: tuple[FoundDevice, ...]) -> ClaimStatus:
    """A kit's claim status from its own list, never from a count that a vendor states beside it."""
    statuses = {device.status for device in devices}
    if len(statuses) == 1:
        return statuses.pop()
    return ClaimStatus.PARTLY_CLAIMED if ClaimStatus.CLAIMED in statuses else ClaimStatus.UNCLAIMED
