"""One request as this dialect's rules see it, and how they refuse."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from ...auth import Caller
from ...parts import Parts
from ...registry.forms import text_form

VENDOR = "disruptive"
HELP = "https://developer.d21s.com/docs/error-codes"
MOST_IN_A_PAGE = 100


class ApiError(Exception):
    """The request is refused as a whole; ``body`` is the vendor's form of it."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.headers = status, headers or {}
        self.body: Mapping[str, Any] = {"error": text, "code": status, "help": f"{HELP}#{status}"}


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody's request: who calls, the parts to answer with, the path's values, the query and the body."""

    caller: Caller
    parts: Parts
    path: Mapping[str, str]
    query: QueryParams
    body: bytes

    def json(self) -> Mapping[str, Any]:
        """The body as an object. Raises ApiError (400)."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            raise ApiError(400, "The body is not JSON") from None
        if not isinstance(value, dict):
            raise ApiError(400, "The body is no object")
        return value

    def page_size(self) -> int:
        """Raises ApiError (400)."""
        text = self.query.get("pageSize", "") or str(MOST_IN_A_PAGE)
        if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) > 0):
            raise ApiError(400, "pageSize is no number of entries")
        return min(int(text), MOST_IN_A_PAGE)

    def named(self, name: str, collection: str) -> str:
        """The ID in a query value of the form ``collection/<id>``; "" where it is not asked. Raises ApiError (400)."""
        text = self.query.get(name, "")
        return id_in(text, collection) if text else ""


def id_in(name: str, collection: str) -> str:
    """The ID of a resource name of one step. Raises ApiError (400)."""
    start, _, identifier = name.partition("/")
    if start != collection or not identifier or "/" in identifier:
        raise ApiError(400, f"That is no name of {collection}/…")
    return identifier


def texts_at(body: Mapping[str, Any], name: str, most: int = 1000) -> list[str]:
    """A list of texts, empty where it is missing. Raises ApiError (400)."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most or not all(isinstance(each, str) for each in value):
        raise ApiError(400, f"{name} is no list of at most {most} texts")
    return list(dict.fromkeys(value))


def device_of(name: str) -> tuple[str, str]:
    """Project and device ID of ``projects/<p>/devices/<d>``; two empty texts for what is no such name."""
    parts = name.split("/")
    if len(parts) != 4 or (parts[0], parts[2]) != ("projects", "devices") or not all(map(is_id, parts[1::2])):
        return "", ""
    return parts[1], parts[3]


def is_id(text: str) -> bool:
    """Whether a text can stand in the database at all."""
    return text_form(text) is not None


def fault(entry: str, name: str, code: str, text: str) -> dict[str, Any]:
    """What a change says of one device that it did not reach."""
    return {entry: name, "status": {"code": code, "message": text}}


def names_of(body: Mapping[str, Any]) -> Sequence[str]:
    """The devices of a change. Raises ApiError (400) where there is none."""
    names = texts_at(body, "devices")
    if not names:
        raise ApiError(400, "devices names no device")
    return names
