"""ISO/IEC 15434 messages ``[)> RS 06 GS … RS EOT``, with ANSI MH10.8.2 data identifiers."""

import re

from ..base import Label, Refusal, names, refuse
from ..masking import named_secrets
from ..named_values import fit, hints_of, identify_all, names_a_device

ORDER = 250

_STAND_INS = (("{GS}", "\x1d"), ("<GS>", "\x1d"), ("␝", "\x1d"), ("{RS}", "\x1e"), ("<RS>", "\x1e"), ("␞", "\x1e"),
              ("{EOT}", ""), ("<EOT>", ""), ("␄", ""), ("\x04", ""))
_HEAD = "[)>"
_CARRIER = "[)>\x1e01"  # format 01: transport
_DATA = re.compile(r"([0-9]{0,3}[A-Z])(.+)", re.DOTALL)
_TEXT_ELEMENT = re.compile(r"([A-Z]{3}) (.+)", re.DOTALL)

# Which data identifier means what; the unique IDs of 25S and 18S hold the maker's code before the serial number.
_IDENTIFIERS = {
    "S": "serial", "25S": "code", "18S": "code", "22S": "code", "23S": "mac", "1P": "product", "P": "product",
    "2P": "version", "1T": "lot", "T": "lot", "Q": "quantity", "10D": "date", "9D": "date", "16D": "date",
    "17V": "vendor", "1V": "vendor", "21P": "version",
}
_TEXT_ELEMENTS = {"SER": "serial", "SEQ": "serial", "USN": "serial", "UID": "code", "PNO": "product", "PNR": "product",
                  "MFR": "vendor", "CAG": "vendor", "LOT": "lot"}


def read(text: str, _symbology: str) -> Label | None:
    if not text.startswith(_HEAD):
        return None
    plain = text
    for mark, separator in _STAND_INS:
        plain = plain.replace(mark, separator)
    if "\x1d" not in plain:
        return refuse("iso15434", text, Refusal.SEPARATORS_LOST)
    groups: list[dict[str, str]] = [{}]
    for name, value in _fields(plain[len(_HEAD):]):
        if not fit(value):
            continue
        if groups[-1].get(name, value) != value:
            if name not in ("serial", "code", "mac"):
                continue
            groups.append({})
        groups[-1][name] = value
    hints = hints_of(groups[0])
    found = identify_all([group for group in groups if names_a_device(group)])
    if found:
        return names("iso15434", text, found, hints if len(groups) == 1 else [])
    if plain.startswith(_CARRIER):
        return refuse("iso15434", text, Refusal.SHIPPING_LABEL)
    return refuse("iso15434", text, Refusal.PRODUCT_BARCODE if hints else Refusal.NO_IDENTIFIER, hints)


def _fields(body: str) -> list[tuple[str, str]]:
    """The fields of all envelopes whose format is known: 06 and 05 by identifiers, 12 and DD by text elements."""
    fields: list[tuple[str, str]] = []
    for envelope in body.split("\x1e"):
        form, *elements = envelope.split("\x1d")
        if form[:2] == "05":
            fields += [("serial", element[2:]) for element in elements if element.startswith("21")]
            continue
        pattern, known = (_TEXT_ELEMENT, _TEXT_ELEMENTS) if form[:2] in ("12", "DD") else (_DATA, _IDENTIFIERS)
        if form[:2] == "06" or not form[:2].isdigit():
            # DigiKey and Mouser leave the format out or put the first element beside it.
            elements.insert(0, form.removeprefix("06"))
        elif form[:2] != "12":
            continue
        for element in elements:
            # "PIN: 4711" is no part number "IN: 4711".
            found = None if named_secrets(element) else pattern.fullmatch(element)
            if found and found[1] in known:
                fields.append((known[found[1]], found[2].strip()))
    return fields
