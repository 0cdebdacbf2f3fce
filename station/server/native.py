"""The native API's endpoints under ``/api/v1``; see ``messages`` for what they take and give."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
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
    Lock,
    LookUps,
    Moving,
    Name,
    Naming,
    NewProject,
    Organization,
    OwnedDevice,
    Project,
    Projects,
    ReadBack,
    ReadBacks,
    Refusal,
    Releasing,
    Sharing,
)
from .parts import AskingOf, Parts, parts_of, signed_in
from .refusals import Refused
from .registry import claiming, claims, look_ups, operations, owners, paths, pins, projects
from .registry.forms import text_form

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
async def health(request: Request) -> Health:
    """Whether the server answers; needs no token and does not touch the database."""
    return Health(version=__version__, practice=parts_of(request).practice)


@router.get("/account")
async def account(asking: AskingOf) -> Account:
    return Account(
        id=asking.caller.public_id,
        name=asking.caller.name,
        organization=Organization(id=asking.caller.slug, title=asking.caller.title),
        may_claim=asking.caller.may_claim,
    )


@router.get("/projects")
def list_projects(
    asking: AskingOf, query: Search = "", page_token: PageToken = "", page_size: PageSize = 100
) -> Projects:
    now = asking.parts.clock()
    return asking.parts.database.read(
        lambda session: projects.listing(session, asking.caller, query, page_token, page_size, now)
    )


@router.post("/projects")
def make_project(asked: NewProject, asking: AskingOf) -> Project:
    """The project of that path; asked for once more it is the same."""

    def work(session: Session) -> Project:
        made = paths.find_or_make(session, asking.caller, asked.path)
        return projects.shown(session, made, asking.caller, asking.parts.clock())

    return asking.parts.database.write(work)


@router.put("/devices/{key}/claiming")
def set_lock(key: Name, asked: Lock, asking: AskingOf) -> OwnedDevice:
    if asked.pin and text_form(asked.pin) is None:
        raise Refused(422, ErrorCode.INVALID, "That PIN cannot be used.")
    pin_hash = pins.hash_pin(asked.pin) if asked.pin else None  # takes long: not while the database waits
    return asking.parts.database.write(
        lambda session: owners.set_lock(session, asking.caller, key, pin_hash, is_open=asked.open)
    )


@router.post("/devices/{key}/shares")
def share(key: Name, asked: Sharing, asking: AskingOf) -> OwnedDevice:
    handle, now = asking.parts.new_handle(), asking.parts.clock()
    return asking.parts.database.write(
        lambda session: owners.share(session, asking.caller, key, asked.organization, asked.project, handle, now)
    )


@router.delete("/devices/{key}/shares")
def revoke(key: Name, asking: AskingOf) -> OwnedDevice:
    now = asking.parts.clock()
    return asking.parts.database.write(lambda session: owners.revoke(session, asking.caller, key, now))


@router.post("/look-ups", response_model=Findings)
def look_up(asked: LookUps, asking: AskingOf) -> Response:
    return _written(asking.parts.database.read(lambda session: look_ups.look_up(session, asking.caller, asked)))


@router.post("/read-backs", response_model=ReadBack)
def read_back(asked: ReadBacks, asking: AskingOf) -> Response:
    return _written(asking.parts.database.read(lambda session: look_ups.read_back(session, asking.caller, asked)))


@router.post("/claims", response_model=Claimed)
def claim(
    asked: Claiming, asking: AskingOf, key: Key = None
) -> Response:
    """Claim devices, or say what a claim would do (``dry_run``, which needs no key and stores nothing)."""

    def work(session: Session, verdicts: dict[int, pins.Verdict]) -> Claimed:
        now = asking.parts.clock()
        project = projects.fetch_open(session, asking.caller, asked.project, now)
        devices = claiming.resolve(session, asked.devices)
        setting = claiming.Setting(asking.caller, verdicts, now, asking.parts.new_handle, asked.dry_run)
        return Claimed(results=claiming.claim(session, devices, project, setting), request_id=asking.request_id)

    if asked.dry_run:
        tried = _try_pins(asking.parts, asking.caller, asked) if _brings_pins(asked) else {}
        return _written(asking.parts.database.rehearse(lambda session: work(session, tried)))
    keyed = _keyed(asking.parts, asking.caller, key, "claim", asked)
    with asking.parts.in_flight.enter(keyed):
        verdicts: dict[int, pins.Verdict] = {}
        if _brings_pins(asked):  # which must not be tried once more for an answer that is known
            before = asking.parts.database.read(lambda session: operations.stored(session, keyed))
            if before is not None:
                return _answer(before, replayed=True)
            verdicts = _try_pins(asking.parts, asking.caller, asked)
        return _carry_out(asking.parts, keyed, lambda session: work(session, verdicts))


@router.get("/claims")
def list_claims(
    asking: AskingOf,
    project: Annotated[Name | None, Query()] = None,
    page_token: PageToken = "",
    page_size: PageSize = 100,
) -> Claims:
    return asking.parts.database.read(
        lambda session: claims.listing(session, asking.caller, project, page_token, page_size)
    )


@router.patch("/claims/{handle}")
def change(handle: Name, asked: Naming, asking: AskingOf) -> Claim:
    return asking.parts.database.write(
        lambda session: claims.change(session, asking.caller, handle, asked.name, asked.labels)
    )


@router.post("/releases", response_model=HandleAnswers)
def release(
    asked: Releasing, asking: AskingOf, key: Key = None
) -> Response:
    def work(session: Session) -> HandleAnswers:
        results = claims.release(session, asking.caller, asked.handles, asking.parts.clock())
        return HandleAnswers(results=results, request_id=asking.request_id)

    keyed = _keyed(asking.parts, asking.caller, key, "release", asked)
    with asking.parts.in_flight.enter(keyed):
        return _carry_out(asking.parts, keyed, work)


@router.post("/moves", response_model=HandleAnswers)
def move(asked: Moving, asking: AskingOf, key: Key = None) -> Response:
    def work(session: Session) -> HandleAnswers:
        results = claims.move(session, asking.caller, asked.handles, asked.project, asking.parts.clock())
        return HandleAnswers(results=results, request_id=asking.request_id)

    keyed = _keyed(asking.parts, asking.caller, key, "move", asked)
    with asking.parts.in_flight.enter(keyed):
        return _carry_out(asking.parts, keyed, work)


@router.get("/operations/{key}", responses={200: {"description": "The stored answer."}})
def read_operation(key: str, asking: AskingOf) -> Response:
    name = operations.key_of(key)
    answer = asking.parts.database.read(lambda session: operations.read(session, asking.caller.account, name))
    return _answer(answer, replayed=True)


@router.api_route(
    "/{path:path}",
    methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    include_in_schema=False,
    dependencies=[Depends(signed_in)],
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
