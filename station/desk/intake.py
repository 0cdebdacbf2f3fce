"""What happens to a scan: it is kept, and becomes rows of the table."""

from collections.abc import Sequence
from datetime import timedelta

from station.backends.base import Backend
from station.core.batch import Batch
from station.core.identifier import Identifier
from station.core.item import Check, Item, Link
from station.core.news import Heard, LineState, ScanHeard
from station.core.scan import Scan
from station.labels import read as read_label
from station.labels.base import Label

from . import batches, look_ups
from .work import Work
from .writing import NewItem

PAIR_WITHIN = timedelta(seconds=10)
"""Two codes that make one identifier must follow each other within this time."""


def keep(work: Work, scan: Scan, name: str = "") -> ScanHeard:
    """Keep a scan on disk and give it its rows. The beep comes with the news of this: after the commit."""
    return keep_label(work, scan, read_label(scan.text, scan.symbology), name)


keep.first = True  # type: ignore[attr-defined]  # scans go before all other tasks


def keep_entries(work: Work, entries: Sequence[tuple[Scan, Label, str]]) -> int:
    """Keep a slice of a list (scan, what it says, a name for the device); gives how many became rows."""
    return sum(keep_label(work, scan, label, name).item is not None for scan, label, name in entries)


def keep_label(work: Work, scan: Scan, label: Label, name: str = "") -> ScanHeard:
    """Keep what a label says: a row for each thing that it names."""
    if label.command is not None:
        heard = ScanHeard(
            Heard.KEPT, None, label.shown, scan.source, command=str(label.command), argument=label.argument
        )
    elif label.refusal is not None or not label.identifiers:
        heard = _refuse(work, scan, label, str(label.refusal or "unreadable"))
    else:
        heard = _keep_identifiers(work, scan, label, name)
    work.tell(heard)
    return heard


def _refuse(work: Work, scan: Scan, label: Label, refusal: str) -> ScanHeard:
    work.store.add_refused_scan(scan, label.shown, refusal, sealed=label.has_secret)
    return ScanHeard(Heard.PROBLEM, None, label.shown, scan.source, refusal=refusal)


def _keep_identifiers(work: Work, scan: Scan, label: Label, name: str) -> ScanHeard:
    rows = [_keep_one(work, scan, label, identifier, name) for identifier in label.identifiers]
    kept = [row for row in rows if row is not None]
    if not kept:
        return _refuse(work, scan, label, "fits_nowhere")
    repeats = [row for row in kept if row.repeat_of or row.inside]
    heard = Heard.REPEAT if len(repeats) == len(kept) else Heard.KEPT
    # A label with several devices answers for the first that is new.
    shown = next((row for row in kept if row not in repeats), kept[-1])
    return ScanHeard(heard, shown, label.shown, scan.source)


def _keep_one(work: Work, scan: Scan, label: Label, identifier: Identifier, name: str) -> Item | None:
    connection, accepted, fits = _connection_for(work, identifier)
    if accepted is None:
        return None
    batch = batches.open_for(work, connection)
    joined = None if fits else _join_half(work, batch, accepted, scan)
    if joined is not None:
        return joined
    link, inside = (None, None) if accepted.missing or fits else find_live(work, connection, accepted)
    item = work.store.add_item(
        NewItem(
            batch.id,
            connection,
            accepted,
            scan,
            label.shown,
            sealed=label.has_secret,
            name=name or dict(label.hints).get("name", ""),
            repeat_of=link.item if link else 0,
            inside=inside.item if inside else 0,
            fits=fits,
            check=Check.IDLE if link or inside or fits or accepted.missing else _first_check(work, connection),
        )
    )
    row = work.item(item)
    work.touch(item)
    if link is None and inside is None:
        _show_cached(work, row)
        look_ups.want(work, [row])
    return row


def _connection_for(work: Work, identifier: Identifier) -> tuple[str, Identifier | None, str]:
    """The connection whose batch the label joins, the identifier in its form, and the one that it fits instead."""
    chosen = work.state.chosen
    backend = work.backend(chosen)
    accepted = backend.accept(identifier) if backend else None
    if accepted is not None:
        return chosen, accepted, ""
    for name, other in work.state.backends.items():
        taken = other.accept(identifier)
        if taken is not None:
            return (name, taken, "") if work.state.mixed else (chosen, identifier, name)
    return chosen, None, ""


def find_live(work: Work, connection: str, identifier: Identifier) -> tuple[Link | None, Link | None]:
    """The row that this identifier repeats, or the row whose kit holds it."""
    link = work.store.live_item(connection, identifier)
    if link is not None:
        return link, None
    holder = work.store.live_device(connection, identifier.text)
    if holder is None:
        return None, None
    return (None, holder) if work.item(holder.item).what == "kit" else (holder, None)


def _join_half(work: Work, batch: Batch, identifier: Identifier, scan: Scan) -> Item | None:
    """Two codes that belong together become one row, in either order."""
    half = work.store.waiting_half(batch.id, scan.at - PAIR_WITHIN)
    if half is None:
        return None
    whole = _pair(work.backend(batch.connection), half.identifier, identifier)
    if whole is None:
        return None
    link, inside = (None, None) if whole.missing else find_live(work, batch.connection, whole)
    work.store.change_item(
        half.id,
        identifier=whole,
        repeat_of=link.item if link else None,
        inside=inside.item if inside else None,
    )
    row = work.item(half.id)
    work.touch(half.id)
    if link is None and inside is None:
        look_ups.want(work, [row])
    return row


def _pair(backend: Backend | None, half: Identifier, other: Identifier) -> Identifier | None:
    """The two halves as one, where the second gives what the first still lacks and nothing that it has."""
    if backend is None or half.kind is not other.kind:
        return None
    given = {name for name, _ in (*other.fields, *other.secrets)}
    if not given <= set(half.missing):
        return None
    return backend.accept(half.join(other))


def _first_check(work: Work, connection: str) -> Check:
    backend = work.backend(connection)
    if backend is None or not backend.traits.look_up:
        return Check.NONE
    offline = work.state.line(connection).state in (LineState.OFFLINE, LineState.PAUSED)
    return Check.OFFLINE if offline else Check.CHECKING


def _show_cached(work: Work, item: Item) -> None:
    """Until the answer comes, the last finding is shown with its age."""
    finding = None if item.identifier.missing or item.fits else work.store.finding(item.connection, item.identifier)
    if finding is not None:
        work.store.apply_finding(item.id, finding, check=item.check)
