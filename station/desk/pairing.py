"""Identifiers that come in parts: what a label gives to a row that still lacks something, and what must be hidden."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from station.backends.base import Backend
from station.core.identifier import NEEDED, SECRET_FIELDS, Identifier, Kind
from station.core.item import Event, Item
from station.core.scan import Scan
from station.core.secret import MASK
from station.labels.base import Label

from . import batches, repeats
from .work import Work

PAIR_WITHIN = timedelta(seconds=10)
"""Two codes that make one identifier must follow each other within this time."""


def accept(backend: Backend | None, label: Label, identifier: Identifier) -> Identifier | None:
    """What a system makes of a label, with what else the label says filled in where that is lacking."""
    if backend is None:
        return None
    filled = [
        _with_hints(backend, label, each, taken)
        for each in _readings(backend, label, identifier)
        if (taken := backend.accept(each)) is not None
    ]
    return next((each for each in filled if not each.missing), filled[0] if filled else None)


def _readings(backend: Backend, label: Label, identifier: Identifier) -> Iterator[Identifier]:
    """The label as it was read; then, where it names one device, its hints as each kind that the system knows."""
    yield identifier
    if len(label.identifiers) != 1:
        return
    for kind in backend.kinds:
        needed = [name for name in NEEDED[kind] if name not in SECRET_FIELDS]
        if kind is not Kind.CODE and len(needed) > 1 and all(label.hint(name) for name in needed):
            yield Identifier.of(kind, **{name: label.hint(name) for name in needed})


def _with_hints(backend: Backend, label: Label, read: Identifier, identifier: Identifier) -> Identifier:
    """What the label says by name fills what is lacking, and counts more than what a bare code was taken for."""
    if len(label.identifiers) != 1 or identifier.kind is Kind.CODE:
        return identifier
    named = {name: label.hint(name) for name in NEEDED[identifier.kind] if name not in SECRET_FIELDS}
    told = {name: value for name, value in named.items() if value}
    if read.kind is identifier.kind:
        told = {name: value for name, value in told.items() if name in identifier.missing}
    if not told:
        return identifier
    return backend.accept(Identifier.of(identifier.kind, **told).join(identifier)) or identifier


def known_to(work: Work, identifier: Identifier) -> str:
    """In a mixed delivery, the other connection whose own form this is; empty where the chosen one is to have it."""
    chosen = work.backend(work.state.chosen)
    if not work.state.mixed or (chosen is not None and (chosen.traits.any_form or chosen.knows(identifier))):
        return ""
    known = (name for name, backend in work.state.backends.items() if backend.knows(identifier))
    return next(known, "")


@dataclass(frozen=True, slots=True)
class Joined:
    """The row that a label went to, the label as it may be shown, and whether it was only read once more."""

    row: Item
    shown: str
    again: bool = False


def join(work: Work, scan: Scan, label: Label, identifier: Identifier) -> Joined | None:
    """Give a label to the row that waits for it, if there is one."""
    for half in _halves(work, label, identifier):
        backend = work.backend(half.connection)
        if backend is None:
            continue
        accepted = accept(backend, label, identifier)
        in_time = abs(scan.at - work.state.part_at.get(half.id, half.scanned_at)) <= PAIR_WITHIN
        if in_time and accepted == half.identifier and accepted.fields and not accepted.secrets:
            return Joined(half, label.shown, again=True)
        whole = _is_told_whole(half.identifier, accepted)
        if whole is None and in_time:
            whole = backend.pair(half.identifier, identifier) or _by_hint(backend, half.identifier, label, identifier)
        if whole is None and in_time:
            whole = _elsewhere(work, half, identifier)
        if whole is not None:
            return _joined(work, scan, label, half, whole)
    return _says_the_same(work, scan, label, identifier)


def _joined(work: Work, scan: Scan, label: Label, half: Item, whole: Identifier) -> Joined:
    shown = hide(label, half.identifier, whole)
    make_whole(work, work.item(half.id), whole)
    work.after.append(partial(work.state.part_at.__setitem__, half.id, scan.at))
    work.store.add_event(Event(work.clock.now(), "paired", half.batch, half.id, detail=shown))
    return Joined(work.item(half.id), shown)


def _elsewhere(work: Work, half: Item, identifier: Identifier) -> Identifier | None:
    """A bare code that the chosen connection took belongs to another one, as what was scanned after it shows: the row
    goes there."""
    knowing = known_to(work, identifier)
    backend = work.backend(knowing)
    if backend is None or knowing == half.connection or half.identifier.secrets or len(half.identifier.fields) != 1:
        return None
    taken = backend.accept(Identifier.of(Kind.CODE, code=half.identifier.fields[0][1]))
    whole = backend.pair(taken, identifier) if taken is not None else None
    if whole is None or whole.missing:
        return None
    work.store.change_item(half.id, batch=batches.open_for(work, knowing).id, fits="")
    return whole


def _says_the_same(work: Work, scan: Scan, label: Label, identifier: Identifier) -> Joined | None:
    """A further code of a device that is whole by now makes no row of its own: a part of it that was read once more,
    or one that only checks the others."""
    for batch in work.store.open_batches():
        backend = work.backend(batch.connection)
        accepted = accept(backend, label, identifier)
        if backend is None or accepted is None or not accepted.missing:
            continue
        for row in work.store.newest(batch.id, MOST_TRIED):
            in_time = abs(scan.at - work.state.part_at.get(row.id, row.scanned_at)) <= PAIR_WITHIN
            whole = not row.identifier.missing
            if not in_time or not whole:
                continue
            if _is_part(accepted, row.identifier) or backend.pair(row.identifier, identifier) == row.identifier:
                return Joined(row, hide(label, None, accepted), again=True)
    return None


def _is_part(half: Identifier, whole: Identifier) -> bool:
    return (
        half.kind is whole.kind
        and set(half.fields) <= set(whole.fields)
        and all(whole.secret(name) == secret for name, secret in half.secrets)
    )


MOST_TRIED = 3
"""So many of the newest rows may be what a code that makes nothing whole belongs to."""


def _halves(work: Work, label: Label, identifier: Identifier) -> list[Item]:
    """The rows that this label may complete: of the chosen connection, and in a mixed delivery of the others too,
    unless the label is known and the chosen connection takes it as it is."""
    chosen = work.state.chosen
    found = [half for batch in work.store.open_batches() if not batch.name for half in work.store.halves(batch.id)]
    here = [half for half in found if half.connection == chosen]
    if len(found) > len(here) and work.state.mixed:
        taken = accept(work.backend(chosen), label, identifier)
        known = taken is not None and not taken.missing and label.family != "code"
        here = here if known else found
    return sorted(here, key=lambda half: half.id, reverse=True)


def _is_told_whole(half: Identifier, accepted: Identifier | None) -> Identifier | None:
    """A label that says all of it completes the row that has a part of it, whenever it comes."""
    if accepted is None or accepted.missing or accepted.kind is not half.kind or not half.fields:
        return None
    return accepted if set(half.fields) <= set(accepted.fields) else None


def _by_hint(backend: Backend, half: Identifier, label: Label, identifier: Identifier) -> Identifier | None:
    """A label that only says the serial number (or the MAC) by name gives it to the row that lacks it."""
    given = {name: label.hint(name) for name in half.missing if name not in SECRET_FIELDS and label.hint(name)}
    if not given or identifier.kind is not Kind.CODE or identifier.text not in given.values():
        return None
    return backend.accept(half.join(Identifier.of(half.kind, **given)))


def make_whole(work: Work, row: Item, whole: Identifier) -> None:
    """Give a row what it lacked; what was shown of it and is a secret now is hidden, in every file."""
    link, inside = repeats.find_live(work, row.connection, whole)
    work.store.change_item(
        row.id,
        identifier=whole,
        repeat_of=link.item if link and link.item != row.id else None,
        inside=inside.item if inside and inside.item != row.id else None,
    )
    if _was_shown(row.identifier, whole):
        work.store.hide_scan(row.id, MASK)
        work.store.change_item(row.id, name="" if _plain(row.name) in _secrets(whole) else None)
        work.after.append(work.store.forget_log)
    work.touch(row.id)


def _was_shown(before: Identifier, whole: Identifier) -> bool:
    """Whether what was taken for a serial number has turned out to be the PIN."""
    moved = {value for _, value in before.fields} - {value for _, value in whole.fields}
    return any(_plain(value) in _secrets(whole) for value in moved)


def _secrets(identifier: Identifier) -> set[str]:
    return {_plain(secret.reveal()) for _, secret in identifier.secrets if secret}


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def hide(label: Label, before: Identifier | None, whole: Identifier) -> str:
    """A label's text as it may be shown, once a system has said that it holds a secret (or is one)."""
    if label.has_secret or not whole.secrets or (before is not None and before.secrets == whole.secrets):
        return label.shown
    if before is not None and _was_shown(before, whole):
        return label.shown  # the secret is what was scanned first
    shown = label.shown
    for _, secret in whole.secrets:
        if secret:
            shown = re.sub(re.escape(secret.reveal()), MASK, shown, flags=re.IGNORECASE)
    return shown if MASK in shown else MASK
