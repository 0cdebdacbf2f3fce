"""The native API's endpoints under ``/api/v1``; see ``messages`` for what they take and give."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from .. import __version__
from .auth import Caller
from .codes import ErrorCode
from .messages import (
    Account,
    Claim,
    Claimed,
    Claiming,
    Claims,
    Findings,
    HandleAnswers,
    Health,
    LookUps,
    Moving,
    Name,
    Naming,
    Organization,
    Projects,
    ReadBack,
    ReadBacks,
    Refusal,
    Releasing,
)
from .parts import CallerOf, Parts, PartsOf, RequestId, caller_of
from .refusals import Refused
from .registry import claiming, claims, look_ups, operations, pins, projects

_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal} for status in (400, 401, 403, 404, 408, 409, 413, 421, 422, 429, 500, 503)
}
router = APIRouter(prefix="/api/v1", responses=_REFUSALS)
open_router = APIRouter(prefix="/api/v1")

Key = Annotated[str | None, Header(alias="Idempotency-Key", description="A UUID; needed where something changes.")]
Search = Annotated[str, Query(max_length=200)]
PageToken = Annotated[str, Query(max_length=50)]
PageSize = Annotated[int, Query(ge=1, le=500)]


@open_router.get("/health")
async def health(parts: PartsOf) -> Health:
    """Whether the server answers; needs no token and does not touch the database."""
    return Health(version=__version__, practice=parts.practice)


@router.get("/account")
async def account(caller: CallerOf) -> Account:
    return Account(
        id=caller.public_id,
        name=caller.name,
        organization=Organization(id=caller.slug, title=caller.title),
        may_claim=caller.may_claim,
    )


@router.get("/projects")
def list_projects(
    caller: CallerOf, parts: PartsOf, query: Search = "", page_token: PageToken = "", page_size: PageSize = 100
) -> Projects:
    now = parts.clock()
    return parts.database.read(
        lambda session: projects.listing(session, caller, query, page_token, page_size, now)
    )


@router.post("/look-ups", response_model=Findings)
def look_up(asked: LookUps, caller: CallerOf, parts: PartsOf) -> Response:
    return _written(parts.database.read(lambda session: look_ups.look_up(session, caller, asked)))


@router.post("/read-backs", response_model=ReadBack)
def read_back(asked: ReadBacks, caller: CallerOf, parts: PartsOf) -> Response:
    return _written(parts.database.read(lambda session: look_ups.read_back(session, caller, asked)))


@router.post("/claims", response_model=Claimed)
def claim(
    asked: Claiming, caller: CallerOf, parts: PartsOf, request_id: RequestId, key: Key = None
) -> Response:
    """Claim devices, or say what a claim would do (``dry_run``, which needs no key and stores nothing)."""

    def work(session: Session, verdicts: dict[int, pins.Verdict]) -> Claimed:
        now = parts.clock()
        project = projects.fetch_open(session, caller, asked.project, now)
        devices = claiming.resolve(session, asked.devices)
        setting = claiming.Setting(caller, verdicts, now, parts.new_handle, asked.dry_run)
        return Claimed(results=claiming.claim(session, devices, project, setting), request_id=request_id)

    if asked.dry_run:
        tried = _try_pins(parts, caller, asked) if _brings_pins(asked) else {}
        return _written(parts.database.rehearse(lambda session: work(session, tried)))
    keyed = _keyed(parts, caller, key, "claim", asked)
    with parts.in_flight.enter(keyed):
        verdicts: dict[int, pins.Verdict] = {}
        if _brings_pins(asked):  # which must not be tried once more for an answer that is known
            before = parts.database.read(lambda session: operations.stored(session, keyed))
            if before is not None:
                return _answer(before, replayed=True)
            verdicts = _try_pins(parts, caller, asked)
        return _carry_out(parts, keyed, lambda session: work(session, verdicts))


@router.get("/claims")
def list_claims(
    caller: CallerOf,
    parts: PartsOf,
    project: Annotated[Name | None, Query()] = None,
    page_token: PageToken = "",
    page_size: PageSize = 100,
) -> Claims:
    return parts.database.read(lambda session: claims.listing(session, caller, project, page_token, page_size))


@router.patch("/claims/{handle}")
def rename(handle: Name, asked: Naming, caller: CallerOf, parts: PartsOf) -> Claim:
    return parts.database.write(lambda session: claims.rename(session, caller, handle, asked.name))


@router.post("/releases", response_model=HandleAnswers)
def release(
    asked: Releasing, caller: CallerOf, parts: PartsOf, request_id: RequestId, key: Key = None
) -> Response:
    def work(session: Session) -> HandleAnswers:
        results = claims.release(session, caller, asked.handles, parts.clock())
        return HandleAnswers(results=results, request_id=request_id)

    keyed = _keyed(parts, caller, key, "release", asked)
    with parts.in_flight.enter(keyed):
        return _carry_out(parts, keyed, work)


@router.post("/moves", response_model=HandleAnswers)
def move(asked: Moving, caller: CallerOf, parts: PartsOf, request_id: RequestId, key: Key = None) -> Response:
    def work(session: Session) -> HandleAnswers:
        results = claims.move(session, caller, asked.handles, asked.project, parts.clock())
        return HandleAnswers(results=results, request_id=request_id)

    keyed = _keyed(parts, caller, key, "move", asked)
    with parts.in_flight.enter(keyed):
        return _carry_out(parts, keyed, work)


@router.get("/operations/{key}", responses={200: {"description": "The stored answer."}})
def read_operation(key: str, caller: CallerOf, parts: PartsOf) -> Response:
    name = operations.key_of(key)
    answer = parts.database.read(lambda session: operations.read(session, caller.account, name))
    return _answer(answer, replayed=True)


@router.api_route(
    "/{path:path}",
    methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    include_in_schema=False,
    dependencies=[Depends(caller_of)],
)
def nothing_here() -> None:
    """A token is asked for before it is said that a path does not exist."""
    raise Refused(404, ErrorCode.NOT_FOUND, "There is nothing at this address.")


def _keyed(parts: Parts, caller: Caller, header: str | None, verb: str, content: BaseModel) -> operations.Keyed:
    key = operations.key_of(header)
    return operations.Keyed(caller.account, key, verb, operations.hash_of(key, verb, content), parts.clock())


def _brings_pins(asked: Claiming) -> bool:
    return any(item.identifier and item.identifier.fields.get("pin") for item in asked.devices)


def _try_pins(parts: Parts, caller: Caller, asked: Claiming) -> dict[int, pins.Verdict]:
    """Judge the call's PINs before its transaction begins: a hash takes long, and the database would wait for it."""
    tries = parts.database.read(lambda session: claiming.pins_of(claiming.resolve(session, asked.devices)))
    return pins.judge(parts.database, caller.organization, tries, parts.clock())


def _carry_out(parts: Parts, keyed: operations.Keyed, work: Callable[[Session], BaseModel]) -> Response:
    answer, replayed = operations.carry_out(parts.database, keyed, work)
    parts.database.faults("before_answer")
    return _answer(answer, replayed=replayed)


def _written(answer: BaseModel) -> Response:
    """An answer that we made ourselves, as JSON at once: the framework would look it through again, field by field."""
    return _answer(answer.model_dump_json(), replayed=False)


def _answer(text: str, *, replayed: bool) -> Response:
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    return Response(text, media_type="application/json", headers=headers)
