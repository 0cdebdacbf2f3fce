"""What a backend asks for over HTTP, and how it says who it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

from station import __version__
from station.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``path`` is written by ``path_of``, ``body`` mostly by ``json_bytes``.

    An empty ``request_id`` stands for a new UUID for each attempt; a given one is kept. A body may hold ``secrets`` (a
    PIN): it never shows in a repr, and what a server says of them comes back masked.
    """

    method: str
    path: str
    body: bytes = field(default=b"", repr=False)
    content_type: str = "application/json"
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    secrets: tuple[Secret, ...] = ()


def json_bytes(value: Any) -> bytes:
    """The one way to write a value as JSON: the same content gives the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def path_of(*parts: str) -> str:
    """A path below the base address, each part percent-encoded whole: scanned text never adds a step or a query."""
    return "/".join(quote(part, safe="", errors="surrogatepass").replace(".", "%2E") for part in parts)


def headers_of(request: Request, request_id: str, *, call: bool) -> dict[str, str]:
    """What every request says; a ``call`` goes over a connection of its own."""
    headers = {
        "User-Agent": f"claiming-station/{__version__}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "X-Request-Id": request_id,
    }
    if request.body:
        headers["Content-Type"] = request.content_type
    if call:
        headers["Connection"] = "close"
    return headers | dict(request.headers)


class Sign(Protocol):
    """Gives the headers that say who we are; ``renews`` says that ``fresh`` fetches a new token."""

    renews: bool

    async def headers(self, *, fresh: bool) -> Mapping[str, str]: ...


class Token:
    """A fixed token in a header, ``Authorization: Bearer …`` unless told otherwise; an empty one is left out."""

    renews = False

    def __init__(self, token: Secret | None, scheme: str = "Bearer", header: str = "Authorization") -> None:
        self._token = token
        self._scheme = scheme
        self._header = header

    async def headers(self, *, fresh: bool) -> Mapping[str, str]:  # noqa: ARG002 - a fixed token is never renewed
        if not self._token:
            return {}
        return {self._header: f"{self._scheme} {self._token.reveal()}".strip()}
