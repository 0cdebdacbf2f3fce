"""Builds the bundled server: one ASGI app over one registry, for the station itself or for a port."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from .. import __version__
from . import dialects, docs_page, native
from .auth import INSIDE_LABEL, SERVED_LABEL
from .codes import ErrorCode
from .database import Busy, Unreachable, no_faults, open_database
from .edge import Edge, Limits, refusal
from .migrations import migrate
from .pace import Pace
from .parts import Parts, SignIns, id_of
from .quick import Quick
from .refusals import Refused, busy, unreachable
from .registry.operations import InFlight

_CODES = {400: ErrorCode.BAD_REQUEST, 404: ErrorCode.NOT_FOUND, 405: ErrorCode.METHOD}


@dataclass(frozen=True)
class Pacing:
    """The most calls of one account in so many seconds; 0 calls: no limit."""

    calls: int = 0
    seconds: float = 60.0


def build(
    database_url: str,
    *,
    clock: Callable[[], datetime],
    practice: bool = False,
    token: str | None = None,
    served: bool = False,
    known_secrets: bool = True,
    faults: Callable[[str], None] | None = None,
    hosts: Sequence[str] | None = None,
    pacing: Pacing = Pacing(),
    body_bytes: int = 2 * 1024 * 1024,
    monotonic: Callable[[], float] = time.monotonic,
    new_handle: Callable[[], str] = lambda: secrets.token_hex(16),
) -> FastAPI:
    """One server. Its lifespan migrates and opens the database, and closes it at the end.

    ``clock`` gives the time in UTC. ``practice`` fills in the sample delivery and what the dialects practise with, and
    lets in their ``known_secrets``. ``token`` is let in at each start as the account "station" of the practice
    organization, or of the first one there is (made where there is none); the token of the start before is taken back,
    of a server that is ``served`` on a port and of the station's own each by itself. ``faults`` is called at
    ``before_commit``, ``after_commit`` and ``before_answer``. ``hosts`` are the names that a Host header may bear, None
    any. Raises ValueError for a database that is neither SQLite nor PostgreSQL; the lifespan raises NewerDatabase.
    """
    database = open_database(database_url, faults or no_faults)
    pace, sign_ins = Pace(pacing.calls, pacing.seconds, monotonic), SignIns(monotonic)
    parts = Parts(database, clock, new_handle, pace, sign_ins, InFlight(), practice)

    lifespan = _lifespan(parts, token, served=served, known_secrets=known_secrets)
    app = FastAPI(title="Claiming station", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.parts = parts
    _add_roads(app, parts)
    app.add_middleware(Quick, parts=parts)
    app.add_middleware(Edge, limits=Limits(hosts, body_bytes))
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Busy, _busy)
    app.add_exception_handler(Unreachable, _unreachable)
    return app


def _lifespan(
    parts: Parts, token: str | None, *, served: bool, known_secrets: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(to_thread.run_sync, parts.database.close)
            await to_thread.run_sync(_prepare, parts, token, SERVED_LABEL if served else INSIDE_LABEL)
            if parts.practice:
                adding = asyncio.create_task(to_thread.run_sync(_add_dialects, parts, known_secrets))
                stack.push_async_callback(asyncio.wait, [adding])
                if served:  # the station's own desk need not wait for what only other protocols ask for
                    await adding
            yield

    return lifespan


def _add_roads(app: FastAPI, parts: Parts) -> None:
    app.include_router(native.open_router)
    app.include_router(native.router)
    app.add_api_route("/docs", _docs, include_in_schema=False)
    dialects.mount(app, parts)


def _prepare(parts: Parts, token: str | None, label: str) -> None:
    migrate(parts.database.engine)
    if parts.practice:
        # Imported here: only practice needs the sample and what reads it.
        from .sample import fill

        fill(parts.database, parts.clock())
    if token is not None:
        from .registry.house import let_in

        def work(session: Session) -> None:
            let_in(session, token, parts.clock(), label, practice=parts.practice)

        parts.database.write(work)


def _add_dialects(parts: Parts, known_secrets: bool) -> None:
    # Imported here: only practice needs it.
    from .sample import fill_dialects

    fill_dialects(parts.database, dialects.practices(), parts.clock(), known_secrets=known_secrets)


def _docs(request: Request) -> HTMLResponse:
    app: FastAPI = request.app
    return HTMLResponse(docs_page.page(app.openapi()))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for it
    return refusal(error, id_of(request))


def _invalid(request: Request, error: Exception) -> Response:
    """Says where the request is wrong, and never repeats what it held: that may be a PIN."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    where = [f"{'.'.join(map(str, one['loc']))[:200]}: {one['msg'][:200]}" for one in error.errors()[:5]]
    message = "; ".join(where).encode("ascii", "backslashreplace").decode()  # a field's name may be half a character
    return refusal(Refused(422, ErrorCode.INVALID, message), id_of(request))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    code = _CODES.get(error.status_code, ErrorCode.BAD_REQUEST)
    answer = refusal(Refused(error.status_code, code, str(error.detail)), id_of(request))
    answer.headers.update(error.headers or {})
    return answer


def _busy(request: Request, _error: Exception) -> Response:
    return refusal(busy(), id_of(request))


def _unreachable(request: Request, _error: Exception) -> Response:
    return refusal(unreachable(), id_of(request))
