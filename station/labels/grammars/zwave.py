"""Z-Wave SmartStart codes and printed DSKs: the first five digits of a DSK are its PIN.

A DSK is read as a pair: the 35 digits that may be shown as serial, the first five as PIN.
"""

import re

from station.core.identifier import Identifier, Kind

from ..base import Label, names

ORDER = 215

_DSK = re.compile(r"(?:DSK[:=]? ?)?([0-9]{5})((?:-[0-9]{5}){7})", re.IGNORECASE)
_CODE = re.compile(r"(90[0-9]{2})([0-9]{5})([0-9]{3})([0-9]{5})([0-9]{35})((?:[0-9]{4,})?)")
_PRODUCT = "02"


def read(text: str, _symbology: str) -> Label | None:
    printed = _DSK.fullmatch(text)
    if printed:
        found = Identifier.of(Kind.SERIAL_PIN, serial=printed[2][1:], pin=printed[1])
        return names("zwave", text, [found], secrets=[printed.span(1)])
    code = _CODE.fullmatch(text)
    if not code:
        return None
    serial = "-".join(code[5][at:at + 5] for at in range(0, 35, 5))
    found = Identifier.of(Kind.SERIAL_PIN, serial=serial, pin=code[4])
    # The checksum (group 2) covers the PIN: with it the PIN could be worked out.
    return names("zwave", text, [found], _product(code[6]), [code.span(2), code.span(4)])


def _product(rest: str) -> list[tuple[str, str]]:
    """Manufacturer and product from the type-length-value fields behind the DSK."""
    while len(rest) >= 4:
        kind, length = rest[:2], int(rest[2:4])
        value, rest = rest[4:4 + length], rest[4 + length:]
        if kind == _PRODUCT and len(value) == 20:
            return [("vendor_id", value[:5]), ("type", value[5:10]), ("product", value[10:15])]
    return []
