"""Takes values out of a vendor's JSON: lenient in what is extra, strict in what matters."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


class ShapeError(Exception):
    """The JSON is not what it must be; the message names the place, never the value."""


def object_of(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ShapeError(f"{where} is no object")
    return value


def list_at(value: Any, name: str) -> list[Any]:
    found = object_of(value, f"what holds {name}").get(name)
    if not isinstance(found, list):
        raise ShapeError(f"{name} is no list")
    return found


def text_at(value: Mapping[str, Any], name: str) -> str:
    """A text that must be there and must not be empty."""
    found = maybe_text(value, name)
    if not found:
        raise ShapeError(f"{name} is missing")
    return found


def maybe_text(value: Mapping[str, Any], name: str) -> str:
    """A text, or an empty one where it is missing or null; half a surrogate pair, which no file takes, is replaced."""
    found = value.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise ShapeError(f"{name} is no text")
    return found.encode("utf-8", "replace").decode("utf-8")


def maybe_count(value: Mapping[str, Any], name: str) -> int | None:
    found = value.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**53:
        raise ShapeError(f"{name} is no count")
    return found


def maybe_flag(value: Mapping[str, Any], name: str) -> bool | None:
    found = value.get(name)
    if found is not None and not isinstance(found, bool):
        raise ShapeError(f"{name} is neither true nor false")
    return found


def maybe_time(value: Mapping[str, Any], name: str) -> datetime | None:
    """ISO 8601; a time without a zone is UTC."""
    found = maybe_text(value, name)
    if not found:
        return None
    try:
        time = datetime.fromisoformat(found)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ShapeError(f"{name} is no time") from None


def is_sendable(text: str, longest: int) -> bool:
    """Whether a text can stand in a request at all: not without end, and no half of a surrogate pair."""
    if len(text) > longest:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(?:[-:. _]?[0-9A-Fa-f]{2}){5,7}")


def normal_mac(text: str) -> str:
    """The 12 or 16 hexadecimal digits of a MAC or EUI-64 in any notation, in small letters; else an empty text."""
    digits = re.sub(r"[-:. _]", "", text).lower() if len(text) <= 40 and _PAIRS.fullmatch(text) else ""
    return digits if len(digits) in (12, 16) else ""


def is_same_text(shown: str, sent: str) -> bool:
    """Whether a vendor shows a text as it was sent: blanks and composed letters it may have brought in order."""
    return _in_order(shown) == _in_order(sent)


def _in_order(text: str) -> str:
    kept = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", text))
    return " ".join(kept.split())
