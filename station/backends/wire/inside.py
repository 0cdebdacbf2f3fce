"""Asks an ASGI application of this process: the same HTTP as over a port, without the port and a client's cost."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from station.core.errors import Cause

from .answers import BodyError, Unpacker

App = Callable[..., Any]
HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; ``path`` is percent-encoded whole."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes

    def scope(self) -> dict[str, Any]:
        """Raises UnicodeError for what cannot stand in a request."""
        headers = {"host": HOST, **{name.lower(): value for name, value in self.headers.items()}}
        if self.body or self.method not in ("GET", "DELETE"):
            headers["content-length"] = str(len(self.body))
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(self.path),
            "raw_path": self.path.encode("ascii"),
            "query_string": urlencode(self.query).encode("ascii"),
            "root_path": "",
            "headers": [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()],
            "server": (HOST, 80),
            "client": ("127.0.0.1", 0),
        }


class Answered:
    """What the application has answered so far; an application that failed before it began has answered 500."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: dict[str, str] = {}
        self.started = self.whole = False
        self._parts: list[bytes] = []

    async def take(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            for name, value in message.get("headers", ()):
                key, text = name.decode("latin-1").lower(), value.decode("latin-1")
                self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            self.whole = not message.get("more_body", False)

    def body(self, most: int) -> bytes:
        """At most so many bytes. Raises BodyError, also for an answer that broke off: half of one is none."""
        if self.started and not self.whole:
            raise BodyError(Cause.CUT_OFF, "the answer broke off")
        unpacker = Unpacker(self.headers.get("content-encoding", ""), most)
        for part in self._parts:
            unpacker.add(part)
        return unpacker.finish()


async def ask(app: App, scope: dict[str, Any], body: bytes) -> Answered:
    """The application's answer. What it raises is not passed on: over a port it would not reach us either."""
    answered, done = Answered(), asyncio.Event()
    parts = [body]

    async def receive() -> dict[str, Any]:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        await answered.take(message)
        if answered.whole:
            done.set()

    with suppress(Exception):  # which the application has logged
        await app(scope, receive, send)
    return answered
