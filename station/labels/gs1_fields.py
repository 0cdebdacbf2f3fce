"""GS1 element strings cut into their fields (GS1 General Specifications, section 3 and 7.8)."""

import re
from typing import NamedTuple

GS = "\x1d"


class Fields(NamedTuple):
    """Application identifiers with their values; ``doubtful`` where a separator seems to be lost."""

    values: tuple[tuple[str, str], ...]
    doubtful: bool


_FIXED = {
    "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "20": 2,
    **{str(ai): 6 for ai in range(11, 20)},
    **{str(ai): 13 for ai in range(410, 418)},
    **{str(ai): 6 for ai in range(3100, 3170)}, **{str(ai): 6 for ai in range(3200, 3700)},
}
_VARIABLE = {
    "10": 20, "21": 20, "22": 20, "30": 8, "37": 8, "90": 30, **{str(ai): 90 for ai in range(91, 100)},
    "235": 28, "240": 30, "241": 30, "242": 6, "243": 20, "250": 30, "251": 30, "253": 30, "254": 20, "255": 25,
    "400": 30, "401": 30, "402": 17, "403": 30, "420": 20, "421": 12, "422": 3, "423": 15, "424": 3, "425": 15,
    "426": 3, "427": 3, **{str(ai): 20 for ai in range(710, 720)},
    **{str(ai): 20 for ai in range(3900, 3960)}, **{str(ai): 90 for ai in range(4300, 4340)},
    **{str(ai): 30 for ai in range(7001, 7050)}, **{str(ai): 30 for ai in range(7230, 7260)},
    **{str(ai): 70 for ai in range(8001, 8040)}, **{str(ai): 70 for ai in range(8100, 8120)}, "8200": 70,
}
_HUMAN = re.compile(r"\(([0-9]{2,4})\)([^()]+)")
_HUMAN_WHOLE = re.compile(r"(?:\([0-9]{2,4}\)[^()]+)+")
_SWALLOWED = re.compile(r".(?:10|240|(?:11|13|15|17)[0-9]{6})", re.DOTALL)


def cut(text: str) -> Fields | None:
    """Cut an element string at its lengths and separators, or say that it is none."""
    values: list[tuple[str, str]] = []
    doubtful, at = False, 0
    while at < len(text):
        if text[at] == GS:
            at += 1
            continue
        ai = next((text[at:at + size] for size in (2, 3, 4) if _known(text[at:at + size])), None)
        if ai is None:
            return None
        start = at + len(ai)
        if ai in _FIXED:
            at = start + _FIXED[ai]
            value = text[start:at]
            if len(value) < _FIXED[ai] or GS in value or (ai != "04" and not value.isdigit()):
                return None
        else:
            stop = text.find(GS, start)
            at = len(text) if stop < 0 else stop
            value = text[start:at]
            # Without any separator the rest of the label may have run into the last field.
            lost = stop < 0 and GS not in text.lstrip(GS) and _SWALLOWED.search(value) is not None
            doubtful = doubtful or lost or len(value) > _VARIABLE[ai]
        if not value or not value.isprintable():
            return None
        values.append((ai, value))
    return Fields(tuple(values), doubtful) if values else None


def cut_human(text: str) -> Fields | None:
    """The printed form with brackets, ``(01)09521234543213(21)ABC``."""
    if not _HUMAN_WHOLE.fullmatch(text):
        return None
    values = tuple((ai, value.strip(" \x1d")) for ai, value in _HUMAN.findall(text))
    if not all(_known(ai) and value and value.isprintable() for ai, value in values):
        return None
    return Fields(values, any(len(value) > _VARIABLE.get(ai, 90) for ai, value in values))


def _known(ai: str) -> bool:
    return ai in _FIXED or ai in _VARIABLE
