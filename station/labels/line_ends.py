"""Which lines may be one label, or the first ones of one: for scanners that type each line end as Enter."""

import re

from .grammars.key_value import gather, split_fields
from .grammars.multi_line import may_go_on

_ENDS = {"begin:vcard": "end:vcard", "begin:vevent": "end:vevent", "begin:vcalendar": "end:vcalendar"}
"""Texts that run on over many lines until the one that ends them: visiting cards and calendar entries."""
_NAMED = re.compile(r"[A-Za-z][A-Za-z0-9 _./#-]{0,40}[:=](?!//)")


def goes_on(text: str, *, alone: bool) -> bool:
    """Whether the label may have more lines; ``alone``: no family knows these for a label of their own."""
    lines = text.lower().split("\n")
    end = _ENDS.get(lines[0].strip())
    if end is not None:
        return lines[-1].strip() != end
    if alone and may_go_on(text):
        return True
    return _names_one_device(text)


def holds_together(text: str, family: str) -> bool:
    """Whether each of these lines is a part of the label that ``family`` makes of them.

    A family that looks for names in running text reads one line and is silent about the others: those may be labels
    of their own, and nobody would hear of them.
    """
    first, *others = text.lower().split("\n")
    return not others or family == "multi_line" or first.strip() in _ENDS or _names_one_device(text)


def _names_one_device(text: str) -> bool:
    """Fields with names, one a line, and no name twice: that would begin another device, on a label of its own."""
    if not all(map(_NAMED.match, text.split("\n"))):  # a link has a colon, too
        return False
    fields = split_fields(text)
    return fields is not None and len(gather(text, fields)[0]) == 1
