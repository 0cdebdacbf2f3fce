"""How single values stand in the tables: times, identifiers, texts."""

import json
from datetime import UTC, datetime

from station.core.identifier import Identifier, Kind
from station.core.secret import Secret


def time_text(at: datetime) -> str:
    """UTC with microseconds, so that texts sort as times do; a time without a zone raises ``ValueError``."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def maybe_time_text(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)


def read_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def maybe_read_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def fields_text(identifier: Identifier) -> str:
    return json.dumps(identifier.fields, ensure_ascii=False, separators=(",", ":"))


def read_identifier(kind: str, fields: str, secrets: tuple[tuple[str, Secret], ...] = ()) -> Identifier:
    return Identifier(Kind(kind), tuple((name, value) for name, value in json.loads(fields)), secrets)


def search_text(*parts: str) -> str:
    """What a filter's text is looked for in: without case, parts apart."""
    return "\n".join(part for part in parts if part).casefold()


def clean(value: object) -> object:
    """A text with lone surrogates (half an emoji from a keyboard) cannot be stored: they become question marks."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value
