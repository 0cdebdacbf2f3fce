"""The dialect's door: finds the road, checks the request ID and the token, and answers whatever goes wrong inside."""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from ...auth import Caller, bearer_of, caller_of
from ...database import Busy, Unreachable
from ...pace import Pace
from ...parts import Parts
from ...refusals import Refused
from . import refusing
from .refusing import Declined

LOG = logging.getLogger(__name__)
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
SCOPE = "here"
"""The scope of this dialect's own tokens; with ``:`` and a project's ID behind it, of those for one project alone."""
RENEWAL = "here renewal"
"""The scope of a refresh token, which opens nothing by itself."""
MOST_TRIES = 10
"""So many log-ins of one user a minute are looked at: a password is guessed no faster."""


@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """When a nonce was used, in seconds since 1970."""

    at: float


@dataclass(frozen=True, slots=True)
class Job:
    """A batch of devices that was provisioned: for whom (an organization's number), and until when it is kept."""

    organization: int
    until: datetime
    results: Mapping[str, object]


@dataclass(frozen=True)
class Memory:
    """What one server's dialect remembers between requests. ``tries`` counts the log-ins of each user."""

    tries: Pace
    nonces: dict[str, Used] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with all that a road may need; ``caller`` is set on roads that need a token."""

    parts: Parts
    url: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    every: Callable[[str], Sequence[str]]
    headers: Mapping[str, str]
    body: bytes
    memory: Memory
    maybe_caller: Caller | None = None

    @property
    def caller(self) -> Caller:
        assert self.maybe_caller is not None  # noqa: S101 - the door lets nobody else through
        return self.maybe_caller

    def json(self) -> Mapping[str, Any]:
        """The body as an object. Raises Declined (400)."""
        try:
            value = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise Declined(400) from None
        if not isinstance(value, dict):
            raise Declined(400)
        return value


Answer = tuple[int, object]
"""A status and what stands in the body; None for no body."""
Road = tuple[str, str, Callable[[Asked], Answer], bool]
"""Method, path, who answers (in a thread: it may ask the database), and whether a token is needed."""


class Door:
    """The ASGI app of the dialect."""

    def __init__(self, parts: Parts, roads: Sequence[Road]) -> None:
        self._parts = parts
        self._memory = Memory(Pace(MOST_TRIES, 60.0, parts.sign_ins.monotonic))
        self._router = Router([self._route(*road) for road in roads], redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._router(scope, receive, send)
        except HTTPException as error:  # no such road
            await refusing.answer(_declined(error))(scope, receive, send)

    def _route(self, method: str, path: str, work: Callable[[Asked], Answer], closed: bool) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                asked = await self._asked(request, closed=closed)
                status, body = await to_thread.run_sync(work, asked)
            except Exception as error:  # here, before the outer app's handlers answer in words of their own
                return refusing.answer(_declined(error))
            return Response(status_code=status) if body is None else JSONResponse(body, status)

        return Route(path, endpoint, methods=[method], name=f"{method} {path}")

    async def _asked(self, request: Request, *, closed: bool) -> Asked:
        caller = await self._caller(request.headers.get("authorization")) if closed else None
        named = request.headers.get("x-request-id")
        if named is not None and not _UUID4.fullmatch(named):
            raise Declined(400)
        return Asked(
            self._parts, str(request.url), request.path_params, request.query_params, request.query_params.getlist,
            request.headers, await request.body(), self._memory, caller,
        )  # fmt: skip

    async def _caller(self, header: str | None) -> Caller:
        caller = self._parts.sign_ins.recall(header)
        if caller is None:
            caller = await to_thread.run_sync(
                self._parts.database.read, lambda session: bearer_of(session, header, self._parts.clock())
            )
            self._parts.sign_ins.keep(header, caller)
        self._parts.pace.count(caller.account)
        return _admitted(caller)


def by_token(asked: Asked, token: object) -> Caller:
    """Whose an access token in a body is. Raises Declined (400, 401)."""
    if not isinstance(token, str) or not token:
        raise Declined(400)
    return _admitted(asked.parts.database.read(lambda session: caller_of(session, token, asked.parts.clock())))


def _admitted(caller: Caller) -> Caller:
    """The caller with the project's ID as scope, None for all projects. Raises Declined (401) for others' tokens."""
    kind, _, project = (caller.scope or SCOPE).partition(":")
    if kind != SCOPE:
        raise Declined(401)
    return replace(caller, scope=project or None)


def text_in(values: Mapping[str, Any], name: str, shortest: int = 1, longest: int = 255) -> str:
    """A text of a body that must be there. Raises Declined (400)."""
    value = values.get(name)
    if not isinstance(value, str) or not shortest <= len(value) <= longest:
        raise Declined(400)
    return value


def _declined(error: Exception) -> Declined:
    if isinstance(error, Declined):
        return error
    if isinstance(error, Refused):
        return refusing.from_registry(error)
    if isinstance(error, HTTPException):
        return Declined(error.status_code if error.status_code in refusing.SENTENCES else 400)
    if isinstance(error, Busy):
        return Declined(503, wait_s=1)
    if isinstance(error, Unreachable):
        return Declined(503, wait_s=10)
    LOG.error("a request to the dialect failed", exc_info=error)
    return Declined(500)
