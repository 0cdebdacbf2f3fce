"""EnOcean product labels: data identifiers joined by ``+`` (EnOcean Alliance, Product ID specification)."""

import re

from station.core.identifier import Identifier, Kind

from ..base import Label, names
from ..masking import Span

ORDER = 220

_LABEL = re.compile(r"30S[0-9A-Fa-f]{12}(?:\+[0-9A-Z]{1,4}[0-9A-Za-z._:/-]*)*")
_PART = re.compile(r"([0-9]{0,2}[A-Z])([^+]*)")


def read(text: str, _symbology: str) -> Label | None:
    if not _LABEL.fullmatch(text):
        return None
    eurid, hints, spans = "", [], list[Span]()
    for found in _PART.finditer(text):
        mark, value = found.groups()
        if mark == "30S":
            eurid = value.lower()
        elif mark == "1P":
            hints.append(("product", value))
        elif mark == "2P":
            hints.append(("version", value))
        elif mark.endswith("Z"):  # security level and keys
            spans.append(found.span(2))
    return names("enocean", text, [Identifier.of(Kind.CODE, code=eurid)], [("eurid", eurid), *hints], spans)
