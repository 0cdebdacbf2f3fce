"""Whether all plug-ins are found by folder and can be imported, with the reasons of those that cannot."""

import importlib
import pkgutil
from collections.abc import Callable
from importlib import metadata

from .told import Told

Reasons = list[tuple[str, str]]


def label_families() -> Told:
    from station import labels

    read = labels.read("maple-harbor-lantern")
    if [each.text for each in read.identifiers] != ["maple-harbor-lantern"]:
        raise RuntimeError("a kit's label is not read")
    return _told([(each.name, each.reason) for each in labels.families()], needed={"code"})


def scanners() -> Told:
    from station.scanners.base import SHELF

    def load(name: str) -> None:
        if hasattr(importlib.import_module(f"station.scanners.{name}"), "SCANNER"):
            SHELF.load(name)

    return _told(_tried([each.name for each in SHELF.listings()], load), needed={"keyboard", "pictures"})


def backends() -> Told:
    from station.backends.listing import listings

    return _told([(each.kind, each.reason) for each in listings(try_all=True)], needed={"local"})


def dialects() -> Told:
    """The protocols that the bundled server speaks, each with what practice needs."""
    from station.server import dialects as folder

    practised = folder.practices()

    def load(name: str) -> None:
        importlib.import_module(f"{folder.__name__}.{name}")
        if name not in practised or not practised[name].DELIVERY.is_file():
            raise RuntimeError("its practice is not there")

    names = folder.names()
    return _told(_tried(names, load), needed=set(names) or {"disruptive"})


def reports() -> Told:
    """The kinds of report; the receipt of a claim was written with them."""
    return _modules_below("station.reports")


def verbs() -> Told:
    """What the desk can do; the window imports each by name."""
    return _modules_below("station.desk")


def keyrings() -> Told:
    """The kinds of keyring that come along; whether this machine has one is another step."""
    points = {each.name: each for each in metadata.entry_points(group="keyring.backends")}

    def load(name: str) -> None:
        points[name].load()

    return _told(_tried(sorted(points), load), needed={"SecretService", "Windows"})


def modules() -> Told:
    """All modules of the station, by their names alone."""
    import station

    found = {each.name for each in pkgutil.walk_packages(station.__path__, "station.")}
    if len(found) < len(station.__path__):
        raise RuntimeError("the station's own modules are not found")
    return Told(f"{len(found)} modules", tuple(sorted(found)))


def _modules_below(package: str) -> Told:
    folder = importlib.import_module(package)
    names = sorted(each.name for each in pkgutil.iter_modules(folder.__path__))

    def load(name: str) -> None:
        importlib.import_module(f"{package}.{name}")

    return _told(_tried(names, load), needed=set(names) or {"at least one"})


def _tried(names: "list[str] | tuple[str, ...]", load: Callable[[str], None]) -> Reasons:
    """Each name with the reason why it cannot be loaded, or none."""
    found: Reasons = []
    for name in names:
        try:
            load(name)
        except Exception as error:  # a plug-in may fail in any way; the rest are listed
            found.append((name, getattr(error, "reason", "") or f"{type(error).__name__}: {error}"))
        else:
            found.append((name, ""))
    return found


def _told(found: Reasons, needed: set[str]) -> Told:
    """All names, with the reasons of those that cannot be used. Raises where one that must be there is not."""
    usable = {name for name, reason in found if not reason}
    if not needed <= usable:
        reasons = dict(found)
        missing = ", ".join(f"{name} ({reasons.get(name, 'not found')})" for name in sorted(needed - usable))
        raise RuntimeError(f"cannot be used: {missing}")
    names = ", ".join(name if not reason else f"{name} (not usable: {reason})" for name, reason in found)
    return Told(f"{len(found)}: {names}", tuple(sorted(usable)))
