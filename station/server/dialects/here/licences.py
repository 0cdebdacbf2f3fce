"""The projects of an account with their licences, what these count, and the service's health."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...registry import projects
from ...registry.found import FoundProject
from ...tables import Claim
from .devices import VENDOR
from .door import Answer, Asked, Road
from .refusing import Declined

MOST_NAMED = 20


def of_app(session: Session, asked: Asked, app_id: str) -> FoundProject:
    """The caller's project of an app. Raises Declined (403, 404)."""
    found = next((each for each in _visible(session, asked) if app_of(each) == app_id), None)
    if found is None:
        raise Declined(404)
    return found


def app_of(project: FoundProject) -> str:
    return project.app_id or f"app-{project.slug.replace(':', '-')}"


def _visible(session: Session, asked: Asked) -> list[FoundProject]:
    known = projects.of_vendor(session, asked.caller, VENDOR)
    return [each for each in known if not asked.caller.scope or each.slug == asked.caller.scope]


def _list(asked: Asked) -> Answer:
    start, end = _index(asked, "startIndex", 0), _index(asked, "endIndex", 100)
    named = asked.every("projectIds")
    if len(named) > MOST_NAMED or any(not 1 <= len(each) <= 50 for each in named):
        raise Declined(400)

    def work(session: Session) -> dict[str, object]:
        found = [each for each in _visible(session, asked) if not named or each.slug in named]
        page = found[start : min(end, start + 100)]
        left = projects.seats_left(session, page)
        shown = [_shown(each, left[each.id], asked) for each in page]
        return {"licenses": shown, "start": start, "end": start + len(page), "total": len(found)}

    return 200, asked.parts.database.read(work)


def _shown(project: FoundProject, left: int | None, asked: Asked) -> dict[str, object]:
    organization, colon, name = project.slug.partition(":")
    now = asked.parts.clock()
    shown: dict[str, object] = {
        "appId": app_of(project),
        "realm": organization if colon else asked.caller.slug,
        "type": "platform" if colon else "platformApp",
        "expired": project.expires_at is not None and project.expires_at <= now,
        "features": ["tracking"],
        "projectId": project.slug,
        "projectName": project.title[:50],
        "projectDescription": project.title,
    }
    if colon:
        shown["projectHrn"] = f"hrn:here:authorization::{organization}:project/{name}"
    if project.expires_at is not None:
        shown["expiryDate"] = _written(project.expires_at)
    if left is not None:
        shown["quota"] = {"provisioning": left}
    return shown


def _count(asked: Asked) -> Answer:
    def work(session: Session) -> int:
        project = of_app(session, asked, asked.path["app"])
        rows = select(func.count()).select_from(Claim)
        return session.scalar(rows.where(Claim.project_id == project.id, Claim.slot.is_not(None))) or 0

    count = asked.parts.database.read(work)
    return 200, {"count": count, "updatedAt": _written(asked.parts.clock())}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _health(_asked: Asked) -> Answer:
    return 200, {"message": "healthy"}


def _index(asked: Asked, name: str, default: int) -> int:
    text = asked.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Declined(400)
    return int(text)


ROADS: tuple[Road, ...] = (
    ("GET", "/registry/v2/health", _health, False),
    ("GET", "/users/v2/health", _health, False),
    ("GET", "/registry/v2/licenses", _list, True),
    ("GET", "/registry/v2/{app}/licenseCount", _count, True),
)
