"""How the scanners stand, as the panel shows it: those that are set up, and devices that could be."""

from collections.abc import Iterable
from dataclasses import replace

from station.scanners.base import Condition, Found, Remedy, ScannerUnavailableError, Shelf
from station.scanning.forms import KEYBOARD, kind_title
from station.scanning.line import Line
from station.scanning.search import Search
from station.ui.scanner_doors import ScannerSeen, ScannersSeen


def survey(lines: Iterable[Line], search: Search, shelf: Shelf, recording: str, recorded: int) -> ScannersSeen:
    """All scanners: the keyboard first, then those in use, then what could be used; a device once."""
    found = [each for devices in search.found.values() for each in devices]
    taken: set[tuple[str, str]] = set()
    seen = []
    for line in lines:
        device = next((each for each in found if binds(each, line)), None)
        if device is not None:
            taken.add((device.kind, device.key))
        seen.append(_of_line(line, device, shelf))
    read = {key for _, key in taken}
    free = {
        (each.kind, each.key): each for each in found
        # What types is no longer told of once another kind reads it.
        if (each.kind, each.key) not in taken and not (each.kind == KEYBOARD and each.key in read)
    }
    seen += [_of_device(each, shelf) for each in free.values()]
    missing = tuple((kind_title(kind), reason) for kind, reason in sorted(search.missing.items()))
    return ScannersSeen(tuple(sorted(seen, key=_order)), missing, recording, recorded, search.has_looked)


def binds(found: Found, line: Line) -> bool:
    """Whether a scanner's settings mean this device."""
    values = line.wanted.values
    return found.kind == line.wanted.kind and bool(found.settings) and all(
        values.get(name) == value for name, value in found.settings)


def _of_line(line: Line, device: Found | None, shelf: Shelf) -> ScannerSeen:
    wanted, state = line.wanted, line.state
    key = str(wanted.values.get("device", ""))
    unnamed = kind_title(wanted.kind) if wanted.name == wanted.kind else wanted.name
    title = wanted.title or (device.title if device is not None else "") or unnamed
    told = replace(device, state=state) if device is not None else Found(wanted.kind, key, title, state)
    remedy = _remedy(told, shelf) if wanted.enabled else None
    last = line.last
    return ScannerSeen(
        f"name {wanted.name}", wanted.kind, title, str(state.condition), state.detail, wanted.name, wanted.enabled,
        device is not None, key, remedy.code if remedy else "", remedy.text if remedy else "",
        last.shown if last else "", last.at if last else None, last.source if last else "", last.heard if last else "",
        state.turned_away,
    )


def _of_device(found: Found, shelf: Shelf) -> ScannerSeen:
    remedy = _remedy(found, shelf)
    state = found.state
    return ScannerSeen(
        f"{found.kind} {found.key}", found.kind, found.title, str(state.condition), state.detail, found=True,
        device=found.key, remedy=remedy.code if remedy else "", copy_text=remedy.text if remedy else "",
    )


def _remedy(found: Found, shelf: Shelf) -> Remedy | None:
    if found.state.condition is Condition.FAILED and found.state.detail.startswith("locked_"):
        return Remedy(found.state.detail)
    if found.state.condition is Condition.FAILED and found.state.detail.startswith("[scanners."):
        return Remedy("settings")
    try:
        return shelf.load(found.kind).remedy(found)
    except ScannerUnavailableError:
        return Remedy("unavailable", found.state.detail)
    except Exception:  # a kind's advice is not worth more than that
        return None


def _order(seen: ScannerSeen) -> tuple[int, int, str, str]:
    """Keyboards that the kernel lists come last: most of them are a person's."""
    first = 0 if seen.kind == KEYBOARD and seen.name else 1 if seen.enabled else 2 if seen.name else 3
    return first, int(seen.kind == "evdev"), seen.title.casefold(), seen.key
