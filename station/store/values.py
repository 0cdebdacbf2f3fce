"""How single values stand in the tables: times, identifiers, texts."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TypeVar

from station.core.identifier import Identifier, Kind
from station.core.secret import Secret

E = TypeVar("E", bound=Enum)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def time_text(at: datetime) -> str:
    """UTC with microseconds, so that texts sort as times do; a time without a zone raises ``ValueError``."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def maybe_time_text(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)


def time_number(at: datetime) -> int:
    """Microseconds since 1970, for tables with a row or more for each scan; a time without a zone raises
    ``ValueError``."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return (at - _EPOCH) // _MICROSECOND


def maybe_time_number(at: datetime | None) -> int | None:
    return None if at is None else time_number(at)


def read_time(kept: str | int) -> datetime:
    """Of a text or of a number."""
    return datetime.fromisoformat(kept) if isinstance(kept, str) else _EPOCH + timedelta(microseconds=kept)


def maybe_read_time(kept: str | int | None) -> datetime | None:
    return None if kept is None else read_time(kept)


def fields_text(identifier: Identifier) -> str:
    return json.dumps(identifier.fields, ensure_ascii=False, separators=(",", ":"))


def member_of(kind: type[E]) -> Mapping[str, E]:
    """A member by its value: what ``kind(value)`` gives, in a tenth of the time."""
    return {str(member.value): member for member in kind}


_KINDS = member_of(Kind)
_DECODE = json.JSONDecoder().raw_decode
"""Of our own short texts, many at a time: ``json.loads`` takes twice as long to look for blanks around them."""


def read_identifier(kind: str, fields: str, secrets: tuple[tuple[str, Secret], ...] = ()) -> Identifier:
    return Identifier(_KINDS[kind], tuple(map(tuple, _DECODE(fields)[0])), secrets)


def search_text(text: str, *parts: str) -> str:
    """What a filter's text is looked for in beside the identifier's ``text``: without case, parts apart. That text is
    among them only where SQLite's own ``lower`` does not do: it knows English letters."""
    return "\n".join(part for part in ("" if text.isascii() else text, *parts) if part).casefold()


def clean(value: object) -> object:
    """A text with lone surrogates (half an emoji from a keyboard) cannot be stored: they become question marks."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value
