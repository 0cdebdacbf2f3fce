"""Makes one identifier out of values that a label or a row of a list gives with their names."""

from collections.abc import Mapping

from station.core.identifier import Identifier, Kind

from .grammars.disruptive import normal_id
from .hex_forms import normal_mac
from .masking import named_secrets
from .names import IDENTITIES, SECRET

_HIDDEN = frozenset({"pin", SECRET})


def identify(values: Mapping[str, str]) -> Identifier | None:
    """The identifier that these values make, by what is most telling; it may lack fields; none if nothing names.

    A cloud ID or an external ID is always meant as one. A PIN goes with the serial number or whatever else names
    the device. A kit or device ID comes before serial and MAC, these before a DevEUI; a serial number
    alone is a code that the vendor decides about, a MAC or a PIN alone half of a pair.
    """
    code = values.get("device_id") or values.get("kit_id") or values.get("code") or ""
    serial, eui, pin = values.get("serial", ""), values.get("dev_eui", ""), values.get("pin", "")
    mac = normal_mac(values.get("mac", "")) or values.get("mac", "")
    if values.get("cloud_id"):
        return Identifier.of(Kind.CLOUD_ID, cloud_id=values["cloud_id"])
    if values.get("external_id") or values.get("app_id"):
        return Identifier.of(
            Kind.EXTERNAL_ID, external_id=values.get("external_id", ""), app_id=values.get("app_id", "")
        )
    if pin:
        return Identifier.of(Kind.SERIAL_PIN, serial=serial or normal_code(code or eui), pin=pin)
    if code:
        return Identifier.of(Kind.CODE, code=normal_code(code))
    if mac and (serial or not eui):
        return Identifier.of(Kind.SERIAL_MAC, serial=serial, mac=mac)
    only = normal_mac(eui) or eui or serial
    return Identifier.of(Kind.CODE, code=only) if only else None


def normal_code(text: str) -> str:
    """A bare code in normal form: only addresses and 20-character IDs lose their capitals."""
    return normal_id(text) or normal_mac(text) or text


def identify_all(groups: list[dict[str, str]]) -> list[Identifier]:
    """One identifier for each group of values that names a device."""
    return [found for found in map(identify, groups) if found is not None]


def hints_of(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Everything that may be shown, addresses in normal form."""
    shown = [(name, value) for name, value in values.items() if name not in _HIDDEN and value]
    return [(name, (normal_mac(value) if name in ("mac", "dev_eui", "join_eui") else "") or value)
            for name, value in shown]


def names_a_device(values: Mapping[str, str]) -> bool:
    return any(values.get(name) for name in IDENTITIES)


def fit(value: str) -> bool:
    """Whether a value can be an identifier's field: printable, at most 200 characters, no secret inside."""
    return len(value) <= 200 and value.isprintable() and not named_secrets(value)
