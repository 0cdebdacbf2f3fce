"""Workspaces: the registry's targets under their UUIDs, and what a caller may do in each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...auth import Caller
from ...registry import projects
from ...registry.found import PROJECT, FoundProject
from ...tables import Claim, Device, Project
from . import VENDOR
from .visit import no_rights, no_workspace


@dataclass(frozen=True, slots=True)
class Place:
    """A target as a workspace: ``id`` is a UUID."""

    id: str
    project: FoundProject


def place_of(project: FoundProject) -> Place:
    return Place(_id_of(project), project)


def all_of(session: Session, caller: Caller) -> list[Place]:
    return [place_of(project) for project in projects.of_vendor(session, caller, VENDOR)]


def find(session: Session, caller: Caller, workspace: str) -> Place | None:
    """The caller's workspace of that UUID or slug."""
    name = _plain(workspace)
    return next((one for one in all_of(session, caller) if name in (one.id, one.project.slug)), None)


def anywhere(session: Session, workspace: str) -> Place | None:
    """Anybody's workspace of that UUID."""
    query = select(*PROJECT).where(Project.vendor == VENDOR, Project.slug == _plain(workspace))
    row = session.connection().execute(query).first()
    return place_of(FoundProject._make(row)) if row else None


def fetch_open(session: Session, caller: Caller, workspace: str, now: datetime) -> Place:
    """The caller's workspace of that UUID, where it may change devices now. Raises GraphQLError."""
    place = find(session, caller, workspace)
    if place is None:
        raise no_workspace()
    if not may_claim(caller, place.project, now):
        raise no_rights()
    return place


def may_claim(caller: Caller, project: FoundProject, now: datetime) -> bool:
    return caller.may_claim and project.may_claim and (project.expires_at is None or project.expires_at > now)


def shown(caller: Caller, place: Place, now: datetime) -> dict[str, Any]:
    """A workspace's own values, without what is asked for with arguments."""
    rights = ["basics", "devices"] if may_claim(caller, place.project, now) else ["basics"]
    return {
        "id": place.id,
        "name": place.project.title,
        "slug": place.project.slug,
        "organization": {"id": caller.slug, "name": caller.title},
        "myPermissions": rights,
        "memberCount": 1,
    }


def inside(project: int) -> Any:
    """The condition on a device that is in a workspace: owned by it, or claimed into it."""
    claimed = select(Claim.device_id).where(Claim.project_id == project, Claim.slot.is_not(None))
    return (Device.owner_project_id == project) | Device.id.in_(claimed)


def _id_of(project: FoundProject) -> str:
    try:
        return str(UUID(project.slug))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"workspace {project.id}"))


def _plain(workspace: str) -> str:
    try:
        return str(UUID(workspace))
    except ValueError:
        return workspace
