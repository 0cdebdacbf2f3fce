"""Which row has a device already: of the same connection, or of another that goes to the same system."""

from station.core.identifier import Identifier
from station.core.item import Link

from .work import Work


def find_live(work: Work, connection: str, identifier: Identifier) -> tuple[Link | None, Link | None]:
    """The row that this identifier repeats, or the row whose kit holds it; nothing repeats what is not whole."""
    if identifier.missing:
        return None, None
    kind, address = _system(work, connection)
    link = work.store.live_item(connection, identifier, kind=kind, address=address)
    if link is not None:
        return link, None
    holder = live_device(work, connection, identifier.text)
    if holder is None:
        return None, None
    return (None, holder) if work.item(holder.item).what == "kit" else (holder, None)


def live_device(work: Work, connection: str, device_id: str, *, other_than: int = 0) -> Link | None:
    """The row of another item that holds this device, live."""
    kind, address = _system(work, connection)
    return work.store.live_device(connection, device_id, other_than=other_than, kind=kind, address=address)


def _system(work: Work, connection: str) -> tuple[str, str]:
    """Two connections of one kind to one address see the same devices, whatever their accounts."""
    backend = work.backend(connection)
    return ("", "") if backend is None else (backend.kind, backend.address)
