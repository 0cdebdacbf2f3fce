"""The parts of one server that its endpoints work with, and how an endpoint gets at them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPBearer

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


@dataclass(frozen=True, slots=True)
class Asking:
    """One request of somebody who signed in: who calls, under which request ID, and the parts to answer with."""

    caller: Caller
    parts: Parts
    request_id: str


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def id_of(request: Request) -> str:
    request_id: str = request.scope["state"]["request_id"]
    return request_id


async def who_asks(parts: Parts, header: str | None, request_id: str) -> Asking:
    """Who signed in with an ``Authorization`` header, counted as one call of theirs. Raises Refused (401, 429)."""
    known = f"native {header}"  # kept apart from those who signed in at a dialect, by its rules
    caller = parts.sign_ins.recall(known)
    if caller is None or caller.scope is not None:  # a dialect remembers its own here too
        caller = await to_thread.run_sync(parts.database.read, lambda session: sign_in(session, header, parts.clock()))
        parts.sign_ins.keep(known, caller)
    parts.pace.count(caller.account)
    return Asking(caller, parts, request_id)


class SignedIn(HTTPBearer):
    """All that an endpoint needs, in one dependency: each further one costs a tenth of a look-up."""

    async def __call__(self, request: Request) -> Asking:  # type: ignore[override] # more than the credentials
        """Raises Refused (401, 429)."""
        return await who_asks(parts_of(request), request.headers.get("authorization"), id_of(request))


signed_in = SignedIn(auto_error=False, scheme_name="HTTPBearer", description="The account's token.")
AskingOf = Annotated[Asking, Depends(signed_in)]
