"""JSON objects whose keys say what the values are, one device or a list of them."""

import json
from typing import Any

from station.core.secret import MASK

from ..base import Label, Refusal
from ..masking import mask
from ..named_values import fit, hints_of, identify_all, names_a_device
from ..names import SECRET, meaning

ORDER = 700

_DEEPEST = 4


def read(text: str, _symbology: str) -> Label | None:
    if text[0] not in "{[" or text[-1] not in "}]":
        return None
    try:
        # Numbers stay as they are written, so that none is rounded.
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) and not (document and all(isinstance(part, dict) for part in document)):
        return None
    groups: list[dict[str, str]] = []
    for part in document if isinstance(document, list) else [document]:
        _walk(part, groups, {}, _DEEPEST)
    hidden, found_secret = _masked(document, _DEEPEST)
    shown = json.dumps(hidden, ensure_ascii=False)
    hints = tuple(hints_of(groups[0])) if len(groups) == 1 else ()
    found = tuple(dict.fromkeys(identify_all([group for group in groups if names_a_device(group)])))
    refusal = None if found else Refusal.NO_IDENTIFIER
    return Label("json_object", found, refusal, shown=shown, has_secret=found_secret, hints=hints)


def _walk(part: dict[str, Any], groups: list[dict[str, str]], outer: dict[str, str], depth: int) -> None:
    """Collect the values by meaning: objects inside belong to it, each object of a list inside is another device."""
    values = outer
    if not any(values is group for group in groups):
        groups.append(values)
    for key, value in part.items():
        name = meaning(key)
        if isinstance(value, str) and name and name != SECRET and fit(value.strip()):
            values.setdefault(name, value.strip())
        elif isinstance(value, dict) and depth > 1:
            _walk(value, groups, values, depth - 1)
        elif isinstance(value, list) and depth > 1:
            for inner in value:
                if isinstance(inner, dict):
                    _walk(inner, groups, {}, depth - 1)


def _masked(part: Any, depth: int) -> tuple[Any, bool]:
    """The same document with everything secret, and everything too deep to be looked at, replaced."""
    if isinstance(part, (dict, list)) and depth == 0:
        return MASK, True
    if isinstance(part, dict):
        pairs = {key: (MASK, True) if meaning(key) in (SECRET, "pin") else _masked(value, depth - 1)
                 for key, value in part.items()}
        return {key: value for key, (value, _) in pairs.items()}, any(found for _, found in pairs.values())
    if isinstance(part, list):
        parts = [_masked(value, depth - 1) for value in part]
        return [value for value, _ in parts], any(found for _, found in parts)
    return mask(part) if isinstance(part, str) else (part, False)
