"""Lines or fields of the form ``name: value``: DevEui, AppKey, SN, MAC, PIN …"""

import re

from ..base import Label, Refusal, names, refuse
from ..masking import Span, named_secrets
from ..named_values import fit, hints_of, identify_all, names_a_device
from ..names import IDENTITIES, SECRET, TAG, meaning

ORDER = 750

_FIELD = re.compile(r"[^\r\n;,|\t\x1d\x1e&]+")
_NAMED = re.compile(r"[ {\"']*([A-Za-z][A-Za-z0-9 _./#-]{0,40}?)[\"' ]*[:=][ \"']*")


def read(text: str, _symbology: str) -> Label | None:
    fields = split_fields(text)
    if fields is None:
        return None
    groups, spans = gather(text, fields)
    if not any(map(names_a_device, groups)):
        if not spans:
            return None
        return refuse("key_value", text, Refusal.NO_IDENTIFIER, _hints(groups), spans)
    return names("key_value", text, identify_all(groups), _hints(groups), spans)


Field = tuple[str, Span]


def split_fields(text: str) -> list[Field] | None:
    """The fields as (meaning, place of the value); none unless every field has a name, and one a known name."""
    fields: list[Field] = []
    for found in _FIELD.finditer(text):
        if not found.group().strip():
            continue
        named = _NAMED.match(text, found.start(), found.end())
        if named is None or TAG.search(text, named.end(), found.end()):  # several names in one field
            return None
        end = found.end()
        while end > named.end() and text[end - 1] in " \"'}":
            end -= 1
        fields.append((meaning(named[1]), (named.end(), end)))
    return fields if any(name in IDENTITIES or name == SECRET for name, _ in fields) else None


def gather(text: str, fields: list[Field]) -> tuple[list[dict[str, str]], list[Span]]:
    """The values by meaning, a group a device (a name that comes again begins another), and where secrets stand."""
    groups: list[dict[str, str]] = [{}]
    spans: list[Span] = named_secrets(text)
    for name, (start, end) in fields:
        value = text[start:end]
        if name in (SECRET, "pin"):
            spans.append((start, end))
        if not name or name == SECRET or not fit(value):
            continue
        if groups[-1].get(name, value) != value:
            if name not in IDENTITIES:
                continue
            groups.append({})
        groups[-1][name] = value
    return groups, spans


def _hints(groups: list[dict[str, str]]) -> list[tuple[str, str]]:
    return hints_of(groups[0]) if len(groups) == 1 else []
