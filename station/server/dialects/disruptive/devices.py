"""Claimed devices: found over all projects, listed, moved between projects, labelled."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from ...auth import Caller
from ...codes import ErrorCode, HandleResult
from ...refusals import Refused
from ...registry import claims, projects
from ...registry.forms import clean_name, text_form
from ...tables import Claim, Device, Project
from .asking import VENDOR, ApiError, Asking, device_of, fault, id_in, is_id, names_of, texts_at
from .places import fetch, fetch_open

ANY = "-"
NAME = "name"
"""The label that is the device's name."""


def get_device(asking: Asking) -> dict[str, Any]:
    project, device_id = asking.path["project"], asking.path["device"]

    def work(session: Session) -> dict[str, Any]:
        claim = _claims(session, asking.caller, [device_id]).get(device_id)
        if claim is None or project not in (ANY, claim.project.slug):
            raise ApiError(404, "The device was not found")
        return _shown(claim)

    return asking.parts.database.read(work)


def list_devices(asking: Asking) -> dict[str, Any]:
    """A page of the devices of one project, or of all of an organization's; they come in the order of their claims."""
    size, after = asking.page_size(), projects.from_page_token(asking.query.get("pageToken", ""))

    def work(session: Session) -> dict[str, Any]:
        rows = _live(asking.caller).where(Claim.id > after).order_by(Claim.id)
        rows = _filtered(rows.join(Project, Project.id == Claim.project_id), _slugs(session, asking), asking)
        found: list[Claim] = []
        for claim in session.scalars(rows):
            if _fits(_shown(claim), asking):
                found.append(claim)
            if len(found) > size:
                break
        page, token = projects.cut_page(found, size, lambda claim: claim.id)
        return {"devices": [_shown(claim) for claim in page], "nextPageToken": token}

    return asking.parts.database.read(work)


def transfer(asking: Asking) -> dict[str, Any]:
    """Move devices into the project of the path, each by its full name."""
    names = names_of(asking.json())

    def work(session: Session) -> dict[str, Any]:
        now = asking.parts.clock()
        target = fetch_open(session, asking.caller, asking.path["project"], now)
        live, errors = _named(session, asking.caller, names)
        handles = {claim.handle: name for name, claim in live.items()}
        moved = []
        for answer in claims.move(session, asking.caller, list(handles), target.slug, now):
            name = handles[answer.handle]
            if answer.result is HandleResult.MOVED:
                moved.append(f"projects/{target.slug}/devices/{device_of(name)[1]}")
            else:
                errors.append(fault("device", name, "INVALID_ARGUMENT", "The project takes no more devices"))
        return {"transferredDevices": moved, "transferErrors": errors}

    return asking.parts.database.write(work)


def update_labels(asking: Asking) -> dict[str, Any]:
    """Add labels to devices of the project of the path, and take some away."""
    body = asking.json()
    names, removed, added = names_of(body), texts_at(body, "removeLabels"), body.get("addLabels") or {}
    if not isinstance(added, dict) or not all(isinstance(value, str) for value in added.values()):
        raise ApiError(400, "addLabels is no object of texts")
    if not (added or removed):
        raise ApiError(400, "Neither addLabels nor removeLabels names a label")

    def work(session: Session) -> dict[str, Any]:
        project = fetch(session, asking.caller, asking.path["project"]).slug
        if not asking.caller.may_claim:
            raise Refused(403, ErrorCode.NOT_ALLOWED, "This account may look devices up, and may not change them.")
        live, errors = _named(session, asking.caller, names, project)
        for claim in live.values():
            _label(claim, added, removed)
        return {"batchErrors": errors}

    return asking.parts.database.write(work)


def _live(caller: Caller) -> Select[Claim]:
    rows = select(Claim).join(Device, Device.id == Claim.device_id)
    rows = rows.where(Claim.organization_id == caller.organization, Claim.slot.is_not(None), Device.vendor == VENDOR)
    return rows.options(joinedload(Claim.project), joinedload(Claim.device))


def _claims(session: Session, caller: Caller, device_ids: Iterable[str]) -> dict[str, Claim]:
    asked = sorted({each for each in device_ids if is_id(each)})
    rows = _live(caller).where(Device.device_id.in_(asked))
    return {claim.device.device_id: claim for claim in session.scalars(rows)} if asked else {}


def _named(
    session: Session, caller: Caller, names: Sequence[str], project: str = ""
) -> tuple[dict[str, Claim], list[dict[str, Any]]]:
    """The live claims by full name (in one ``project``, if named), and the errors for the other names."""
    parsed = {name: device_of(name) for name in names}
    found = _claims(session, caller, (device for _, device in parsed.values()))
    live: dict[str, Claim] = {}
    errors = []
    for name, (source, device) in parsed.items():
        claim = found.get(device)
        if not device:
            errors.append(fault("device", name[:255], "INVALID_ARGUMENT", "That is no name of a device"))
        elif claim is None or source not in (ANY, claim.project.slug) or project not in ("", claim.project.slug):
            errors.append(fault("device", name, "NOT_FOUND", "The device was not found"))
        elif claim not in live.values():
            live[name] = claim
    return live, errors


def _label(claim: Claim, added: Mapping[str, str], removed: Sequence[str]) -> None:
    labels = _labels(claim)
    for key in removed:
        labels.pop(key, None)
    for key, value in added.items():
        if name := clean_name(key):
            labels[name] = clean_name(value) or ""
    claim.name = labels.pop(NAME, None) or None
    claim.labels = json.dumps(labels, sort_keys=True) if labels else None


def _labels(claim: Claim) -> dict[str, str]:
    labels: dict[str, str] = json.loads(claim.labels) if claim.labels else {}
    return labels | ({NAME: claim.name} if claim.name else {})


def _shown(claim: Claim) -> dict[str, Any]:
    return {
        "name": f"projects/{claim.project.slug}/devices/{claim.device.device_id}",
        "type": claim.device.type,
        "productNumber": claim.device.product_number,
        "labels": _labels(claim),
        "reported": {},
    }


def _slugs(session: Session, asking: Asking) -> list[str] | None:
    """The projects to list, None for all. Raises ApiError (400, 403), Refused (404)."""
    if asking.path["project"] != ANY:
        return [fetch(session, asking.caller, asking.path["project"]).slug]
    organization = asking.named("organization", "organizations")
    if not organization:
        raise ApiError(400, "Over all projects, organization has to be named")
    if organization != asking.caller.slug:
        raise ApiError(403, "The organization is not the account's")
    return [id_in(name, "projects") for name in asking.query.getlist("projects")] or None


def _filtered(rows: Select[Claim], slugs: list[str] | None, asking: Asking) -> Select[Claim]:
    if slugs is not None:
        rows = rows.where(Project.slug.in_([slug for slug in slugs if is_id(slug)]))
    for name, column in (("device_ids", Device.device_id), ("device_types", Device.type)):
        if wanted := asking.query.getlist(name):
            rows = rows.where(column.in_([each for each in wanted if is_id(each)]))
    return rows


def _fits(device: Mapping[str, Any], asking: Asking) -> bool:
    """Whether its labels are as asked, and all words of a search stand somewhere in it."""
    labels: Mapping[str, str] = device["labels"]
    for wanted in asking.query.getlist("label_filters"):
        key, _, value = wanted.partition("=")
        if key not in labels or (value and labels[key] != value):
            return False
    text = " ".join((device["name"], device["type"], *labels, *labels.values())).casefold()
    return all(word in text for word in (text_form(asking.query.get("query", "")) or "").split())
