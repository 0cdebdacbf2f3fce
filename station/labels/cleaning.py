"""Cuts off what scanners and clipboards put round a text: AIM identifier, line ends, byte order mark."""

import re
import unicodedata

from station.core.scan import split_aim

GS = "\x1d"

_EDGE = (
    "".join(map(chr, range(0x21)))
    + "\x7f"
    + "".join(map(chr, range(0x80, 0xA1)))
    + "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f"
    + "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u2060\u2061\u2066\u2067\u2068\u2069\u3000\ufeff"
)
_BLANK = re.compile(r"[ \t\r\n\f\v\xa0\ufeff]*")
_SPACES = str.maketrans(dict.fromkeys("\xa0\u2007\u202f", " "))
_MARKS_IN_A_ROW = re.compile(r"[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff"
                             r"\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe20-\ufe2f]{31}")


def clean(text: str, symbology: str = "") -> tuple[str, str]:
    """Give the text without what stands round it (NFC), and the AIM identifier.

    A separator GS in front is kept: it says that GS1 data follow. Upper and lower case, leading zeros and
    everything inside stay as they are.
    """
    aim, body = split_aim(text.lstrip(_EDGE))
    if not aim:
        body = text
    inner = body.strip(_EDGE)
    front = body[: len(body) - len(body.lstrip(_EDGE))]
    if inner and GS in front:
        inner = GS + inner
    return _normal(inner), symbology or aim


def is_blank(text: str) -> bool:
    """Whether there is nothing but spaces and line ends."""
    return _BLANK.fullmatch(text) is not None


def _normal(text: str) -> str:
    if text.isascii():
        return text
    text = text.translate(_SPACES)
    # Sorting accents takes quadratic time; no language piles up more than 30 (Unicode's stream-safe limit).
    return text if _MARKS_IN_A_ROW.search(text) else unicodedata.normalize("NFC", text)
