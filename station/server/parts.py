"""The parts of one server that its endpoints work with, and how an endpoint gets at them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from .auth import Caller, digest_of, sign_in
from .database import Database
from .pace import Pace
from .registry.operations import InFlight

KEPT_S = 2.0


@dataclass(frozen=True)
class SignIns:
    """Remembers who signed in for ``KEPT_S``: a desk calls many times in a row, and asking the database in a
    thread of its own costs as much as the call itself. A token that is taken back works that much longer."""

    monotonic: Callable[[], float]
    _known: dict[str, tuple[float, Caller]] = field(default_factory=dict)

    def recall(self, header: str | None) -> Caller | None:
        until, caller = self._known.get(digest_of(header or ""), (0.0, None))
        return caller if self.monotonic() < until else None

    def keep(self, header: str | None, caller: Caller) -> None:
        self._known[digest_of(header or "")] = (self.monotonic() + KEPT_S, caller)


@dataclass(frozen=True)
class Parts:
    """One server's own parts: two servers in one process share nothing. ``clock`` gives the time in UTC."""

    database: Database
    clock: Callable[[], datetime]
    new_handle: Callable[[], str]
    pace: Pace
    sign_ins: SignIns
    in_flight: InFlight
    practice: bool


async def parts_of(request: Request) -> Parts:
    # async, as is the next one: a plain function would go through a thread of its own for each call
    parts: Parts = request.app.state.parts
    return parts


async def request_id_of(request: Request) -> str:
    return id_of(request)


def id_of(request: Request) -> str:
    request_id: str = request.scope["state"]["request_id"]
    return request_id


PartsOf = Annotated[Parts, Depends(parts_of)]
RequestId = Annotated[str, Depends(request_id_of)]
_bearer = HTTPBearer(auto_error=False, description="The account's token.")


async def caller_of(
    request: Request, parts: PartsOf, _shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Who calls. Raises Refused (401, 429)."""
    header = request.headers.get("authorization")
    caller = parts.sign_ins.recall(header)
    if caller is None:
        caller = await to_thread.run_sync(parts.database.read, lambda session: sign_in(session, header))
        parts.sign_ins.keep(header, caller)
    parts.pace.count(caller.account)
    return caller


CallerOf = Annotated[Caller, Depends(caller_of)]
