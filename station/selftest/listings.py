"""Whether all plug-ins are found by folder and can be imported, with the reasons of those that cannot."""

import importlib


def label_families() -> str:
    from station import labels

    read = labels.read("maple-harbor-lantern")
    if [each.text for each in read.identifiers] != ["maple-harbor-lantern"]:
        raise RuntimeError("a kit's label is not read")
    return _told([(each.name, each.reason) for each in labels.families()], needed={"code"})


def scanners() -> str:
    from station.scanners.base import SHELF, ScannerUnavailableError

    told: list[tuple[str, str]] = []
    for each in SHELF.listings():
        reason = ""
        try:
            if hasattr(importlib.import_module(f"station.scanners.{each.name}"), "SCANNER"):
                SHELF.load(each.name)
        except ScannerUnavailableError as error:
            reason = error.reason
        except Exception as error:  # a plug-in may fail in any way; the rest are listed
            reason = f"{type(error).__name__}: {error}"
        told.append((each.name, reason))
    return _told(told, needed={"keyboard", "pictures"})


def backends() -> str:
    from station.backends.listing import listings

    return _told([(each.kind, each.reason) for each in listings(try_all=True)], needed={"local"})


def _told(found: list[tuple[str, str]], needed: set[str]) -> str:
    """All names, with the reasons of those that cannot be used. Raises where one that must be there is not."""
    usable = {name for name, reason in found if not reason}
    if not needed <= usable:
        reasons = dict(found)
        missing = ", ".join(f"{name} ({reasons.get(name, 'not found')})" for name in sorted(needed - usable))
        raise RuntimeError(f"cannot be used: {missing}")
    names = ", ".join(name if not reason else f"{name} (not usable: {reason})" for name, reason in found)
    return f"{len(found)}: {names}"
