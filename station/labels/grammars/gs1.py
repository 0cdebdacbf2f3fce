"""GS1 element strings, their printed form with brackets, and GS1 Digital Link addresses."""

import re
from urllib.parse import unquote, urlsplit

from station.core.identifier import Identifier, Kind

from ..base import Label, Refusal, names, refuse
from ..gs1_fields import GS, Fields, cut, cut_human
from ..gtin import has_check_digit
from ..masking import named_secrets

ORDER = 300

# AIM identifiers that promise GS1 data: Code 128, DataBar, Data Matrix, QR, DotCode, Aztec.
_PROMISED = frozenset({"]C1", "]e0", "]e1", "]e2", "]d2", "]d5", "]Q3", "]Q4", "]J1", "]z1", "]z4"})
_STAND_INS = re.compile(r"\{GS\}|<GS>|\{FNC1\}|<FNC1>|␝", re.IGNORECASE)
_LINK = re.compile(r"https?://", re.IGNORECASE)
_WORDS = {"gtin": "01", "ser": "21", "lot": "10", "cpv": "22", "sscc": "00", "giai": "8004", "grai": "8003"}
_LINK_KEYS = {"01": (8, 12, 13, 14), "00": (18,)}
_NAMES = {
    "01": "gtin", "02": "gtin", "10": "lot", "11": "date", "17": "expires", "21": "serial", "22": "variant",
    "240": "product", "241": "product", "8003": "returnable_asset", "8004": "asset", "00": "sscc", "37": "quantity",
}


def read(text: str, symbology: str) -> Label | None:
    if _LINK.match(text):
        fields = _digital_link(text)
        return _label(text, fields) if fields else None
    plain = _STAND_INS.sub(GS, text) if any(mark in text for mark in "{<␝") else text
    if text[0] == "(":
        fields = cut_human(text)
    elif symbology in _PROMISED or plain[0] == GS:
        fields = cut(plain)
    elif GS in plain and plain.startswith("01") and has_check_digit(plain[2:16]):
        fields = cut(plain)  # a scanner that does not send AIM identifiers
    else:
        return None
    return _label(text, fields) if fields else None


def _label(text: str, fields: Fields) -> Label:
    values: dict[str, str] = {}
    for ai, value in fields.values:
        values.setdefault(ai, value)
    hints = [(_NAMES[ai], value) for ai, value in values.items() if ai in _NAMES and not named_secrets(value)]
    gtin = values.get("01", "")
    if gtin and not has_check_digit(gtin):
        hints.append(("gtin_check", "wrong"))
    if fields.doubtful:
        hints.append(("separators", "perhaps lost"))
    serials = [value for ai, value in fields.values if ai == "21"]
    one = serials or [values[ai] for ai in ("8004", "8003") if ai in values][:1]
    if one and not any(map(named_secrets, one)):
        return names("gs1", text, [Identifier.of(Kind.CODE, code=code) for code in one], hints)
    refusal = Refusal.SHIPPING_LABEL if "00" in values else Refusal.PRODUCT_BARCODE
    return refuse("gs1", text, refusal if "00" in values or gtin or "02" in values else Refusal.NO_IDENTIFIER, hints)


def _digital_link(text: str) -> Fields | None:
    """``https://example.com/01/{gtin}/21/{serial}?…``: pairs of path segments from the first key on."""
    try:
        parts = [unquote(part) for part in urlsplit(text).path.split("/")]
    except ValueError:
        return None
    parts = [_WORDS.get(part.lower(), part) for part in parts[:60]]
    for at, key in enumerate(parts[:-1]):
        value = parts[at + 1]
        if key in _LINK_KEYS:
            if len(value) not in _LINK_KEYS[key] or not has_check_digit(value):
                continue
        elif key not in ("8003", "8004") or not value:
            continue
        pairs = zip(parts[at::2], parts[at + 1::2], strict=False)
        kept = [(ai, value.zfill(14) if ai == "01" else value) for ai, value in pairs if value and value.isprintable()]
        return Fields(tuple(pair for pair in kept if pair[0].isdigit()), doubtful=False)
    return None
