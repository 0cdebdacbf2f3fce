"""Organizations and projects as this dialect shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...auth import Caller
from ...refusals import project_not_found
from ...registry import projects
from ...registry.found import FoundProject
from ...tables import Claim, Device
from .asking import VENDOR, ApiError, Asking, is_id

CLOUD_CONNECTOR = "ccon"


def list_organizations(asking: Asking) -> dict[str, Any]:
    return {"organizations": [_organization(asking.caller)], "nextPageToken": ""}


def get_organization(asking: Asking) -> dict[str, Any]:
    if asking.path["organization"] != asking.caller.slug:
        raise ApiError(404, "The organization was not found")
    return _organization(asking.caller)


def list_projects(asking: Asking) -> dict[str, Any]:
    """A page of projects, by organization and by words in their titles."""
    organization, words = asking.named("organization", "organizations"), asking.query.get("query", "").casefold()
    if organization not in ("", asking.caller.slug):
        raise ApiError(403, "The organization is not the account's")
    size, after = asking.page_size(), projects.from_page_token(asking.query.get("pageToken", ""))

    def work(session: Session) -> dict[str, Any]:
        shown = [each for each in projects.of_vendor(session, asking.caller, VENDOR) if each.id > after]
        found = [each for each in shown if words in f"{each.title} {asking.caller.title}".casefold()]
        page, token = projects.cut_page(found, size, lambda project: project.id)
        return {"projects": _projects(session, asking.caller, page), "nextPageToken": token}

    return asking.parts.database.read(work)


def get_project(asking: Asking) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        return _projects(session, asking.caller, [fetch(session, asking.caller, asking.path["project"])])[0]

    return asking.parts.database.read(work)


def fetch(session: Session, caller: Caller, project: str) -> FoundProject:
    """A project that this dialect shows. Raises Refused (404)."""
    return _shown(projects.fetch(session, caller, project) if is_id(project) else None)


def fetch_open(session: Session, caller: Caller, project: str, now: datetime) -> FoundProject:
    """One that devices may be claimed or moved into, locked. Raises Refused (403, 404)."""
    return _shown(projects.fetch_open(session, caller, project, now) if is_id(project) else None)


def _shown(project: FoundProject | None) -> FoundProject:
    if project is None or project.vendor not in ("", VENDOR):
        raise project_not_found()
    return project


def _organization(caller: Caller) -> dict[str, Any]:
    return {"name": f"organizations/{caller.slug}", "displayName": caller.title}


def _projects(session: Session, caller: Caller, page: Sequence[FoundProject]) -> list[dict[str, Any]]:
    counts: dict[tuple[int, bool], int] = {}
    rows = session.execute(
        select(Claim.project_id, Device.type, func.count())
        .join(Device, Device.id == Claim.device_id)
        .where(Claim.project_id.in_([each.id for each in page]), Claim.slot.is_not(None), Device.vendor == VENDOR)
        .group_by(Claim.project_id, Device.type)
    )
    for project, kind, count in rows:
        key = (project, kind == CLOUD_CONNECTOR)
        counts[key] = counts.get(key, 0) + count
    return [
        {
            "name": f"projects/{each.slug}",
            "displayName": each.title,
            # The registry marks none: by custom it is the one of that name.
            "inventory": "inventory" in (each.slug.casefold(), each.title.casefold()),
            "organization": f"organizations/{caller.slug}",
            "organizationDisplayName": caller.title,
            "sensorCount": counts.get((each.id, False), 0),
            "cloudConnectorCount": counts.get((each.id, True), 0),
        }
        for each in page
    ]
