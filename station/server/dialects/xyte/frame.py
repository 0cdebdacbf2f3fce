"""What every call of the protocol goes through: the raw key, the pace, the body, and errors in the vendor's form."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...auth import Caller, caller_of
from ...database import Busy, Unreachable
from ...parts import Parts
from ...refusals import Refused

LOG = logging.getLogger(__name__)
VENDOR = "xyte"
Answer = tuple[int, Mapping[str, Any]]


class Wrong(Exception):
    """The call is refused with ``status`` and the words of ``error``."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class Asking:
    """One call of somebody whose key is known. ``body`` is the JSON object that it brought, empty where none."""

    caller: Caller
    parts: Parts
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    now: datetime


Endpoint = Callable[[Asking], Answer]
"""Runs in a thread of its own, as it asks the database."""


def application(*routes: Route) -> Starlette:
    """The app: what is no path of the protocol is refused in its form too."""
    return Starlette(routes=routes, exception_handlers={HTTPException: _http})


def entrance(parts: Parts, works: Mapping[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
    """The handler of one path, with an endpoint for each method."""

    async def answer(request: Request) -> Response:
        async def work() -> Answer:
            caller = await _caller(parts, request.headers.get("authorization", ""))
            parts.pace.count(caller.account)
            body = await read_body(request)
            asking = Asking(caller, parts, request.path_params, dict(request.query_params), body, parts.clock())
            return await to_thread.run_sync(works["GET" if request.method == "HEAD" else request.method], asking)

        return await guarded(work)

    return answer


async def guarded(work: Callable[[], Awaitable[Answer]]) -> Response:
    """The work's answer, or in the vendor's form why there is none."""
    try:
        status, body = await work()
        return JSONResponse(body, status)
    except Wrong as wrong:
        return error(wrong.status, wrong.text)
    except Refused as refused:
        return error(refused.status, refused.message, refused.wait_s)
    except Busy:
        return error(503, "The service is busy, try again", 1)
    except Unreachable:
        return error(503, "The service is not available", 10)
    except Exception:
        LOG.exception("a call of the protocol failed")
        return error(500, "Internal server error")


def error(status: int, text: str, wait_s: int | None = None) -> JSONResponse:
    headers = {"Retry-After": str(wait_s)} if wait_s is not None else {}
    return JSONResponse({"error": text}, status, headers)


async def read_body(request: Request) -> Mapping[str, Any]:
    """The request's JSON object; none is as good as an empty one. Raises Wrong."""
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise Wrong(400, "The body is not valid JSON") from None
    if not isinstance(value, dict):
        raise Wrong(400, "The body must be a JSON object")
    return value


def text_of(value: Mapping[str, Any], name: str) -> str:
    """A text, trimmed; empty where it is missing or null. Raises Wrong for what is no text, or cannot be kept."""
    found = value.get(name)
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > 1000:
        raise Wrong(422, f"{name} is invalid")
    return found.encode("utf-8", "replace").decode("utf-8").strip()


def number_of(value: Mapping[str, Any], name: str) -> int | None:
    """A whole number, or one written as a text; None where it is missing or empty. Raises Wrong."""
    found = value.get(name)
    if found is None or found == "":
        return None
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 16:
        return int(found)
    if type(found) is int and 0 <= found < 2**53:
        return found
    raise Wrong(422, f"{name} must be a number")


async def _caller(parts: Parts, header: str) -> Caller:
    """Whose raw key this is. Raises Wrong or Refused (401)."""
    if not header.strip():
        raise Wrong(401, "Missing Authorization header")
    known = f"{VENDOR} {header}"  # kept apart from what other protocols know under the same header
    caller = parts.sign_ins.recall(known)
    if caller is None:
        caller = await to_thread.run_sync(
            parts.database.read, lambda session: caller_of(session, header, parts.clock())
        )
        if caller.scope not in (None, VENDOR):
            raise Wrong(401, "Invalid API key")
        parts.sign_ins.keep(known, caller)
    return caller


async def _http(_request: Request, found: Exception) -> Response:
    assert isinstance(found, HTTPException)  # noqa: S101 - registered for it
    words = {404: "Unknown route", 405: "Method not allowed"}
    return error(found.status_code, words.get(found.status_code, "The request cannot be answered"))
