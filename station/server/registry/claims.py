"""What can be done with a claim that stands: list it, name it, move it, release it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..auth import Caller
from ..codes import ErrorCode, HandleResult
from ..messages import Claim as ClaimOut
from ..messages import Claims, HandleAnswer
from ..refusals import Refused
from ..tables import Claim
from . import projects
from .claiming import slot_of
from .forms import clean_name
from .look_ups import place_of

MOST_LABELS = 50


def listing(session: Session, caller: Caller, project: str | None, page_token: str, size: int) -> Claims:
    """A page of the live claims of the caller's organization, oldest first. Raises Refused (400, 404)."""
    after = projects.from_page_token(page_token)
    rows = select(Claim).where(Claim.organization_id == caller.organization, Claim.slot.is_not(None), Claim.id > after)
    if project is not None:
        rows = rows.where(Claim.project_id == projects.fetch(session, caller, project).id)
    rows = rows.order_by(Claim.id).limit(size + 1).options(joinedload(Claim.project), joinedload(Claim.device))
    page, token = projects.cut_page(list(session.scalars(rows)), size, lambda claim: claim.id)
    return Claims(claims=[_shown(claim) for claim in page], next_page_token=token)


def change(
    session: Session, caller: Caller, handle: str, name: str | None, labels: Mapping[str, str] | None
) -> ClaimOut:
    """Give a device its name and labels; an empty one is taken away. Raises Refused (403, 404, 422)."""
    _check_rights(caller)
    claim = _live(session, [handle]).get(handle)
    if claim is None or claim.organization_id != caller.organization:
        raise Refused(404, ErrorCode.NOT_FOUND, "This account has no live claim of that handle.")
    if name is not None:
        claim.name = clean_name(name)
    if labels is not None:
        kept = labels_of(claim) | {_label(name): clean_name(value) or "" for name, value in labels.items()}
        left = {name: value for name, value in kept.items() if value}
        if len(left) > MOST_LABELS:
            raise Refused(422, ErrorCode.INVALID, f"A device has at most {MOST_LABELS} labels.")
        claim.labels = json.dumps(left, sort_keys=True) if left else None
    return _shown(claim)


def labels_of(claim: Claim) -> dict[str, str]:
    """The labels of a claim: its device's while it is held."""
    labels: dict[str, str] = json.loads(claim.labels) if claim.labels else {}
    return labels


def _label(name: str) -> str:
    cleaned = clean_name(name)
    if cleaned is None:
        raise Refused(422, ErrorCode.INVALID, "A label has a name.")
    return cleaned


def release(session: Session, caller: Caller, handles: Sequence[str], now: datetime) -> list[HandleAnswer]:
    """Give devices up; one answer for each handle, in order. Raises Refused (403)."""
    _check_rights(caller)
    live = _live(session, handles)
    answers = {}
    for handle in sorted(set(handles)):
        claim = live.get(handle)
        answers[handle] = _whose(handle, claim, caller, HandleResult.RELEASED)
        if claim is not None and answers[handle].result is HandleResult.RELEASED:
            claim.slot, claim.released_at = None, now
    return [answers[handle] for handle in handles]


def move(session: Session, caller: Caller, handles: Sequence[str], slug: str, now: datetime) -> list[HandleAnswer]:
    """Move claims into another project of the same organization. Raises Refused (403, 404)."""
    project = projects.fetch_open(session, caller, slug, now)
    live = _live(session, handles)
    seats = projects.seats_left(session, [project])[project.id]
    answers = {}
    for handle in sorted(set(handles)):
        claim = live.get(handle)
        answer = _whose(handle, claim, caller, HandleResult.MOVED)
        if claim is not None and answer.result is HandleResult.MOVED:
            stays = claim.project_id == project.id
            slot = slot_of(claim.device, claim.organization_id, project.id)
            if not stays and _is_taken(session, claim, slot):
                answer = HandleAnswer(handle=handle, result=HandleResult.THERE_ALREADY, project=place_of(claim.project))
            elif not stays and seats is not None and seats < 1:
                answer = HandleAnswer(handle=handle, result=HandleResult.OVER_QUOTA, project=place_of(claim.project))
            else:
                seats = seats - 1 if seats is not None and not stays else seats
                claim.project_id, claim.slot = project.id, slot
                answer.project = place_of(project)
        answers[handle] = answer
    return [answers[handle] for handle in handles]


def _is_taken(session: Session, claim: Claim, slot: str) -> bool:
    """Whether another live claim of the device has that slot."""
    other = select(Claim.id).where(Claim.device_id == claim.device_id, Claim.slot == slot, Claim.id != claim.id)
    return session.scalars(other).first() is not None


def _check_rights(caller: Caller) -> None:
    if not caller.may_claim:
        raise Refused(403, ErrorCode.NOT_ALLOWED, "This account may look devices up, and may not change claims.")


def _live(session: Session, handles: Sequence[str]) -> dict[str, Claim]:
    query = select(Claim).where(Claim.handle.in_(sorted(set(handles))), Claim.slot.is_not(None)).order_by(Claim.id)
    options = (joinedload(Claim.project), joinedload(Claim.device))
    return {claim.handle: claim for claim in session.scalars(query.options(*options).with_for_update(of=Claim))}


def _whose(handle: str, claim: Claim | None, caller: Caller, done: HandleResult) -> HandleAnswer:
    if claim is None:
        return HandleAnswer(handle=handle, result=HandleResult.NOT_FOUND)
    if claim.organization_id != caller.organization:
        return HandleAnswer(handle=handle, result=HandleResult.NOT_OURS)
    return HandleAnswer(handle=handle, result=done)


def _shown(claim: Claim) -> ClaimOut:
    return ClaimOut(
        handle=claim.handle,
        key=claim.device.key,
        id=claim.device.device_id,
        type=claim.device.type,
        product_number=claim.device.product_number,
        name=claim.name,
        project=place_of(claim.project),
        labels=labels_of(claim),
        claimed_at=claim.claimed_at.astimezone(UTC).isoformat(),
    )
