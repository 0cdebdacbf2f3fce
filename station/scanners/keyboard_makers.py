"""Finds scanners that only type although they could do better, by their makers' USB vendor numbers."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from .base import Condition, Found, Remedy, State

MAKERS: Mapping[int, str] = {
    0x05E0: "zebra",
    0x0536: "honeywell",
    0x0C2E: "honeywell",
    0x05F9: "datalogic",
    0x080C: "datalogic",
    0x065A: "opticon",
    0x0745: "cipherlab",
    0x1EAB: "newland",
}
"""Who makes scanners under which vendor number. Source: the USB ID repository (usb.ids)."""
_KEYBOARD = (0x01, 0x06)
_POINT_OF_SALE = 0x8C
OWN_MODE = "own mode"
"""The detail of a scanner that neither types nor speaks a common protocol."""


def find_typing(devices: Iterable[Mapping[str, Any]] | None = None) -> tuple[Found, ...]:
    """Scanners of known makers of which no interface is a HID-POS one. ``devices`` is what hidapi lists."""
    usages: dict[str, set[tuple[int, int]]] = {}
    titles: dict[str, str] = {}
    for each in _listed() if devices is None else devices:
        if each["vendor_id"] in MAKERS:
            key = f"{each['vendor_id']:04x}:{each['product_id']:04x}:{each['serial_number'] or ''}"
            usages.setdefault(key, set()).add((each["usage_page"], each["usage"]))
            words = [str(word).strip() for word in (each["manufacturer_string"], each["product_string"]) if word]
            titles[key] = " ".join(words) or MAKERS[each["vendor_id"]].capitalize()
    return tuple(
        Found("keyboard", key, titles[key], _state(found))
        for key, found in usages.items() if all(page != _POINT_OF_SALE for page, _ in found)
    )


def advice_for(found: Found) -> Remedy | None:
    """Which mode to put it in, by its maker: the label for that is in its manual."""
    if found.state.detail == OWN_MODE:
        return Remedy("own_mode")
    maker = MAKERS.get(int(found.key[:4], 16)) if found.key[:4].isalnum() else None
    if maker is None:
        return None
    return Remedy(f"typing_{maker}" if maker in ("zebra", "honeywell", "datalogic") else "typing")


def _state(usages: set[tuple[int, int]]) -> State:
    return State(Condition.READY) if _KEYBOARD in usages else State(Condition.FAILED, OWN_MODE)


def _listed() -> list[dict[str, Any]]:
    """What hidapi sees; without its library nothing is advised, and keyboards work all the same."""
    # Imported here: the window's start needs the keyboard, and no list of devices.
    try:
        if sys.platform.startswith("linux"):
            import hidraw as hid
        else:
            import hid
        return list(hid.enumerate())
    except Exception:  # whatever the system's library does: this is only advice
        return []
