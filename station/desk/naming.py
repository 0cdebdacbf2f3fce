"""Names that a pattern makes for the devices that nobody has named: ``Meeting room {n:03}``, ``{type} {serial}``."""

import re
from collections.abc import Iterable, Mapping, Sequence

from station.core.finding import ClaimStatus, Holder
from station.core.item import Device, Item
from station.core.progress import Progress

from .work import Work

LONGEST_NAME = 200
LONGEST_PATTERN = 200
WORDS = frozenset({"n", "type", "serial", "id", "product", "name"})
"""``n`` is a number that runs within the batch, ``name`` the vendor's own name for the device or kit."""

_HOLE = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"n(?::0?([1-9]))?")


def mistake(pattern: str) -> tuple[str, str]:
    """What is wrong with a pattern (a code, and the part that it is about), or two empty texts."""
    if len(pattern) > LONGEST_PATTERN or not pattern.isprintable():
        return "too_long" if len(pattern) > LONGEST_PATTERN else "not_printable", ""
    if any(brace in _HOLE.sub("", pattern) for brace in "{}"):
        return "unbalanced", ""
    for hole in _HOLE.findall(pattern):
        if _NUMBER.fullmatch(hole) or (hole.removesuffix("?") in WORDS - {"n"}):
            continue
        return ("bad_number" if hole.split(":")[0].strip() == "n" else "unknown_word"), f"{{{hole}}}"
    return "", ""


def render(pattern: str, number: int, values: Mapping[str, str]) -> str:
    """The name; a word that is not known (yet) leaves no hole."""

    def fill(hole: re.Match[str]) -> str:
        counted = _NUMBER.fullmatch(hole[1])
        if counted is not None:
            return f"{number:0{counted[1] or 1}d}"
        return values.get(hole[1].removesuffix("?"), "")

    return " ".join(_HOLE.sub(fill, pattern).split())[:LONGEST_NAME]


def pattern_of(work: Work, connection: str) -> str:
    return work.store.get(f"pattern.{connection}")


def is_counted(pattern: str) -> bool:
    return any(_NUMBER.fullmatch(hole) for hole in _HOLE.findall(pattern))


def give(work: Work, items: Iterable[int]) -> None:
    """Name rows by their connection's pattern, where no person has and they are still to be sent."""
    for row in work.store.items(list(items)):
        pattern = pattern_of(work, row.connection)
        made, number = work.store.made_name(row.id)
        waits = row.progress in (Progress.OPEN, Progress.QUEUED) and not row.identifier.missing and not row.fits
        if waits and row.repeat_of is None and row.inside is None and (made or (pattern and not row.name)):
            _name(work, row, pattern, number)


def anew(work: Work, item: int) -> None:
    """A row has come into another batch: what was named by a pattern gets that batch's next number."""
    if work.store.made_name(item)[0]:
        work.store.put_made_name(item, "", 0)
    for device, kept in work.store.kept(item).items():
        if kept.name or kept.number:
            work.store.change_device(device, name="", number=0)
    give(work, [item])


def by_person(work: Work, item: int, name: str) -> None:
    """A person's name stays as it is; taken away again, the pattern has its say."""
    work.store.put_made_name(item, name, work.store.made_name(item)[1], made=False)
    for device in work.store.kept(item):
        work.store.change_device(device, name="")
    give(work, [item])
    work.touch(item)


def _name(work: Work, row: Item, pattern: str, number: int) -> None:
    counted = is_counted(pattern)
    if counted and not number:
        number = work.store.next_name_number(row.batch)
    kept = work.store.kept(row.id)
    devices = [device for device in work.store.devices(row.id) if _is_to_be_claimed(device)]
    spare = [] if any(kept[device.id].number == number for device in devices) else [number]
    names: list[str] = []
    for device in devices:
        own = kept[device.id].number or (spare.pop() if spare else 0)
        if counted and not own:
            own = work.store.next_name_number(row.batch)
        names.append(render(pattern, own, values_of(row, device)))
        if (kept[device.id].name, kept[device.id].number) != (names[-1], own):
            work.store.change_device(device.id, name=names[-1], number=own)
    told = shown(names) if names else render(pattern, number, values_of(row, None))
    if (row.name, *work.store.made_name(row.id)) != (told, True, number):
        work.store.put_made_name(row.id, told, number)
        work.touch(row.id)


def _is_to_be_claimed(device: Device) -> bool:
    found = device.found
    taken = found.status is ClaimStatus.CLAIMED or found.owned or found.holder is Holder.OURS
    return device.inside is None and not taken and device.progress in (Progress.OPEN, Progress.QUEUED)


def shown(names: Sequence[str]) -> str:
    """How a row of several named devices is called on the table."""
    if not names:
        return ""
    return names[0] if len(names) == 1 or names[0] == names[-1] else f"{names[0]} … {names[-1]}"[:LONGEST_NAME]


def values_of(row: Item, device: Device | None) -> dict[str, str]:
    """What the words of a pattern stand for."""
    found = device.found if device else None
    device_id = found.device_id if found else row.identifier.text
    return {
        "type": (found.type if found else "") or row.device_type,
        "product": (found.product_number if found else "") or row.product_number,
        "serial": row.identifier.get("serial") or device_id,
        "id": device_id,
        "name": row.title,
    }


def for_call(work: Work, row: Item, device: Device) -> str:
    """What a device is to be called at the vendor: its own name, or that of a row that is this one device."""
    kept = work.store.kept(row.id).get(device.id)
    if kept is not None and kept.name:
        return kept.name
    return row.name if row.device_count <= 1 else ""
