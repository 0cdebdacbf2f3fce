"""What happens to a scan: it is kept, and becomes rows of the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from station.core.identifier import Identifier
from station.core.item import Check, Event, Item, Reason
from station.core.news import Heard, LineState, Refused, ScanHeard
from station.core.progress import Progress
from station.core.scan import LONGEST_SCAN, Scan
from station.labels import prepare as prepare_labels
from station.labels import read as read_label
from station.labels.base import Label

from . import batches, look_ups, naming, pairing, repeats
from .pairing import PAIR_WITHIN
from .work import Work
from .writing import NewItem


def keep(work: Work, scan: Scan, name: str = "") -> ScanHeard:
    """Keep a scan on disk and give it its rows. The beep comes with the news of this: after the commit."""
    return keep_label(work, scan, read_label(scan.text, scan.symbology), name)


keep.first = True  # type: ignore[attr-defined]  # scans go before all other tasks


def prepare(_work: Work) -> None:
    """Nothing is scanned yet: what the first scan would have to wait for is done now."""
    prepare_labels()


def keep_entries(work: Work, entries: Sequence[tuple[Scan, Label, str]]) -> int:
    """Keep a slice of a list (scan, what it says, a name for the device); gives how many became rows."""
    return sum(keep_label(work, scan, label, name).item is not None for scan, label, name in entries)


def keep_label(work: Work, scan: Scan, label: Label, name: str = "") -> ScanHeard:
    """Keep what a label says: a row for each thing that it names."""
    if label.command is not None and _is_no_scanner(scan.source):
        heard = _refuse(work, scan, label, "command_not_scanned")
    elif label.command is not None:
        heard = ScanHeard(
            Heard.KEPT, None, label.shown, scan.source, command=str(label.command), argument=label.argument
        )
    elif label.refusal is not None or not label.identifiers:
        heard = _refuse(work, scan, label, str(label.refusal or "unreadable"))
    else:
        heard = _keep_identifiers(work, scan, label, name)
    work.tell(heard)
    return heard


_NO_SCANNERS = ("typed", "pasted", "picture", "list", "practice", "replay")
"""Ways in, as ``Scan.source`` names them, by which no label of the station's own is obeyed: nobody held it to a scanner
here and now.
"""


def _is_no_scanner(source: str) -> bool:
    return source.partition(":")[0].strip() in _NO_SCANNERS


def _refuse(work: Work, scan: Scan, label: Label, refusal: str) -> ScanHeard:
    work.store.add_refused_scan(scan, label.shown, refusal, sealed=label.has_secret)
    return ScanHeard(Heard.PROBLEM, None, label.shown, scan.source, refusal=refusal)


def _keep_identifiers(work: Work, scan: Scan, label: Label, name: str) -> ScanHeard:
    kept = [row for each in label.identifiers if (row := _keep_one(work, scan, label, each, name)) is not None]
    if not kept:
        return _refuse(work, scan, label, "fits_nowhere")
    # A label with several devices answers for the first that is new.
    first = next((row for row in kept if not row.repeat), kept[-1])
    heard = Heard.REPEAT if first.repeat else Heard.KEPT
    return ScanHeard(heard, first.item, first.shown, scan.source)


def _keep_one(work: Work, scan: Scan, label: Label, identifier: Identifier, name: str) -> "_Kept | None":
    joined = pairing.join(work, scan, label, identifier)
    if joined is not None:
        row = joined.row
        if not joined.again:
            _begin(work, row)
        return _Kept(work.item(row.id), joined.shown, joined.again or bool(row.repeat_of or row.inside))
    connection, accepted, fits = connection_for(work, label, identifier)
    if accepted is None:
        return None
    return _add(work, connection, accepted, scan, label, name or label.hint("name"), fits)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A row that a scan was given, the scan as it may be shown, and whether the row was there already."""

    item: Item
    shown: str
    repeat: bool


def _add(
    work: Work, connection: str, identifier: Identifier, scan: Scan, label: Label, name: str, fits: str = ""
) -> _Kept:
    batch = batches.open_for(work, connection)
    shown = label.shown if fits else pairing.hide(label, None, identifier)
    link, inside = (None, None) if fits else repeats.find_live(work, connection, identifier)
    alone = link is None and inside is None
    whole = not identifier.missing and not fits
    item = work.store.add_item(
        NewItem(
            batch.id, connection, identifier, scan, shown, sealed=label.has_secret or bool(identifier.secrets),
            name=name, repeat_of=link.item if link else 0, inside=inside.item if inside else 0, fits=fits,
            check=_first_check(work, connection) if alone and whole else Check.IDLE,
        )
    )
    row = work.item(item)
    work.touch(item)
    _begin(work, row)
    if not whole and not fits:
        work.after.append(lambda: work.outside.later(PAIR_WITHIN.total_seconds() + 0.1, still_waits, item))
    return _Kept(work.item(item), shown, not alone)


def _begin(work: Work, row: Item) -> None:
    """What is done at once for a row that is whole and on its own: its last finding, its name, a look-up."""
    if row.repeat_of is None and row.inside is None:
        _show_cached(work, row)
        naming.give(work, [row.id])
        look_ups.want(work, [row])


def still_waits(work: Work, item: int) -> None:
    """The time for the second code is over: the row says what it still lacks, until that is typed."""
    row = work.store.item(item)
    if row is not None and row.identifier.missing and row.progress is Progress.OPEN:
        work.touch(item)


def connection_for(work: Work, label: Label, identifier: Identifier) -> tuple[str, Identifier | None, str]:
    """The connection whose batch the label joins, the identifier in its form, and the one that it fits instead."""
    chosen = work.state.chosen
    accepted = pairing.accept(work.backend(chosen), label, identifier)
    knowing = pairing.known_to(work, identifier)
    if knowing:
        return knowing, pairing.accept(work.backend(knowing), label, identifier), ""
    if accepted is not None:
        return chosen, accepted, ""
    others = {
        name: taken
        for name, other in work.state.backends.items()
        if (taken := pairing.accept(other, label, identifier)) is not None
    }
    if not others:
        return chosen, None, ""
    name = _likeliest(work, others)
    if work.state.mixed or work.backend(chosen) is None:
        return name, others[name], ""
    return chosen, identifier, name


def _likeliest(work: Work, others: Mapping[str, Identifier]) -> str:
    """Of several that take a label: one that lacks nothing, then one that is being scanned for already."""
    busy = {batch.connection for batch in work.store.open_batches()}
    return min(others, key=lambda name: (bool(others[name].missing), name not in busy))


def keep_typed(work: Work, scan: Scan, connection: str, identifier: Identifier, name: str = "") -> ScanHeard:
    """Keep the fields of a form for one connection, whichever is chosen; the scan may hold its secret ones."""
    backend = work.backend(connection)
    sealed = bool(identifier.secrets)
    label = Label("typed", (identifier,), shown=identifier.text, has_secret=sealed)
    accepted = backend.accept(identifier) if backend else None
    if accepted is None:
        heard = _refuse(work, scan, label, "fits_nowhere")
    else:
        kept = _add(work, connection, accepted, scan, label, name)
        heard = ScanHeard(Heard.REPEAT if kept.repeat else Heard.KEPT, kept.item, kept.shown, scan.source)
    work.tell(heard)
    return heard


keep_typed.first = True  # type: ignore[attr-defined]


def fill(work: Work, item: int, values: Mapping[str, str]) -> bool:
    """Give a half row what it still lacks, by typing; what is secret is sealed. What it has stays."""
    row = work.store.item(item)
    if row is None or row.closed or row.progress is not Progress.OPEN or row.fits or not row.identifier.missing:
        return _no_fill(work, "nothing_lacks")
    backend = work.backend(row.connection)
    if backend is None:
        return _no_fill(work, "no_connection")
    given = {name: values[name].strip() for name in row.identifier.missing if values.get(name, "").strip()}
    whole = backend.accept(row.identifier.join(Identifier.of(row.identifier.kind, **given))) if given else None
    if whole is None or sum(map(len, given.values())) > LONGEST_SCAN:
        return _no_fill(work, "does_not_fit")
    pairing.make_whole(work, row, whole)
    named = ", ".join(given)
    work.store.add_event(Event(work.clock.now(), "filled", row.batch, item, who=work.state.operator, why=named))
    if row.reason is Reason.NEEDS_SECRET:
        work.store.change_item(item, reason=Reason.NOTHING)
    _begin(work, work.item(item))
    return True


def _no_fill(work: Work, why: str) -> bool:
    work.tell(Refused("fill", why))
    return False


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
