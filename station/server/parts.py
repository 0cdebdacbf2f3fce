"""The parts of one server that its endpoints work with, and how an endpoint gets at them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from .auth import Caller, sign_in
from .database import Database
from .pace import Pace
from .registry.operations import InFlight


@dataclass(frozen=True)
class Parts:
    """One server's own parts: two servers in one process share nothing. ``clock`` gives the time in UTC."""

    database: Database
    clock: Callable[[], datetime]
    new_handle: Callable[[], str]
    pace: Pace
    in_flight: InFlight
    practice: bool


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def request_id_of(request: Request) -> str:
    request_id: str = request.scope["state"]["request_id"]
    return request_id


PartsOf = Annotated[Parts, Depends(parts_of)]
RequestId = Annotated[str, Depends(request_id_of)]
_bearer = HTTPBearer(auto_error=False, description="The account's token.")


def caller_of(
    request: Request, parts: PartsOf, _shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Who calls. Raises Refused (401, 429)."""
    header = request.headers.get("authorization")
    caller = parts.database.read(lambda session: sign_in(session, header))
    parts.pace.count(caller.account)
    return caller


CallerOf = Annotated[Caller, Depends(caller_of)]
