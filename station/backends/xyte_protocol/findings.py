"""What the list of our devices tells of an identifier, for a look-up and for a read-back."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from station.core.call import CallDevice, Confirmed, ReadBack
from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder
from station.core.identifier import Identifier

from .answers import Own
from .owned import Owned

MOST_SHOWN = 5


def of(identifier: Identifier, owned: Owned, now: datetime) -> Finding:
    """Ours, or unchecked: of a device that is not ours the vendor tells nothing, not even that it is there."""
    found = owned.find(identifier)
    if not found:
        unknown = FoundDevice(identifier.text, ClaimStatus.UNCHECKED)
        return Finding(identifier, ClaimStatus.UNCHECKED, now, "device", devices=(unknown,))
    own = found[0]
    device = FoundDevice(
        identifier.text,
        ClaimStatus.CLAIMED,
        own.id,
        own.model,
        own.sub_model,
        Holder.OURS,
        own.place,
        own.id if len(found) == 1 else "",
    )
    return Finding(identifier, ClaimStatus.CLAIMED, now, "device", own.name, (device,), raw=_raw(found))


def confirmed(device: CallDevice, owned: Owned) -> Confirmed:
    """Ours where the list holds it. Where it holds it more than once, nobody can say which is meant: no handle then."""
    known = owned.by_id.get(device.handle)
    found = owned.find(device.identifier) or ([known] if known is not None else [])
    if not found:
        return Confirmed(device.device_id, ReadBack.CANNOT_TELL)
    own = next((each for each in found if each.id == device.handle), found[0] if len(found) == 1 else None)
    if own is None:
        return Confirmed(device.device_id, ReadBack.OURS, raw=_raw(found))
    return Confirmed(device.device_id, ReadBack.OURS, own.id, own.place, _raw(found))


def _raw(found: Sequence[Own]) -> str:
    return json.dumps([asdict(own) for own in found[:MOST_SHOWN]], ensure_ascii=True, separators=(",", ":"))
