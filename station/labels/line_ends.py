"""Which lines may be the first ones of a label of several lines: for scanners that type each line end as Enter."""

import re

from .grammars.key_value import split_fields
from .grammars.multi_line import may_go_on

_ENDS = {"begin:vcard": "end:vcard", "begin:vevent": "end:vevent", "begin:vcalendar": "end:vcalendar"}
"""Texts that run on over many lines until the one that ends them: visiting cards and calendar entries."""
_NAMED = re.compile(r"[A-Za-z][A-Za-z0-9 _./#-]{0,40}[:=]")


def goes_on(text: str, *, alone: bool) -> bool:
    """Whether the label may have more lines; ``alone``: no family knows these for a label of their own."""
    lines = text.lower().split("\n")
    end = _ENDS.get(lines[0].strip())
    if end is not None:
        return lines[-1].strip() != end
    if alone and may_go_on(text):
        return True
    # Fields with names, one a line: the next one may tell more of the device. A link has a colon too.
    return "://" not in text and all(map(_NAMED.match, lines)) and split_fields(text) is not None
