"""Projects: where claimed devices land, who may claim into them, and how many seats are left."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from ..auth import Caller
from ..codes import ErrorCode
from ..messages import Organization, Projects
from ..messages import Project as ProjectOut
from ..refusals import Refused, project_not_found
from ..tables import Claim, Project
from .forms import text_form
from .found import PROJECT, FoundProject

DEEPEST = 20
Row = TypeVar("Row")


_FETCHED = select(*PROJECT).where(
    Project.organization_id == bindparam("organization"), Project.slug == bindparam("slug")
)
_LOCKED = _FETCHED.with_for_update(of=Project)


def fetch(session: Session, caller: Caller, slug: str, *, lock: bool = False) -> FoundProject:
    """The caller's project of that ID, locked for counting its seats where asked. Raises Refused (404)."""
    query = _LOCKED if lock else _FETCHED
    found = session.connection().execute(query, {"organization": caller.organization, "slug": slug}).first()
    if found is None:
        raise project_not_found()
    return FoundProject._make(found)


_OF_VENDOR = select(*PROJECT).where(
    Project.organization_id == bindparam("organization"), Project.vendor == bindparam("vendor")
).order_by(Project.id)


def of_vendor(session: Session, caller: Caller, vendor: str) -> list[FoundProject]:
    """The caller's targets that a dialect shows: those made for that vendor, or where there are none the plain ones."""
    for name in (vendor, ""):
        rows = session.connection().execute(_OF_VENDOR, {"organization": caller.organization, "vendor": name})
        found = [FoundProject._make(row) for row in rows]
        if found:
            return found
    return []


def owned_by(session: Session, caller: Caller, targets: Iterable[int | None]) -> frozenset[int]:
    """Those of the targets (row numbers) that are the caller's: a device whose owner is one of them is its own."""
    asked = {target for target in targets if target is not None}
    if not asked:
        return frozenset()
    mine = select(Project.id).where(Project.id.in_(asked), Project.organization_id == caller.organization)
    return frozenset(session.scalars(mine))


def fetch_open(session: Session, caller: Caller, slug: str, now: datetime) -> FoundProject:
    """A project into which the caller may claim now, locked. Raises Refused (403, 404)."""
    project = fetch(session, caller, slug, lock=True)
    if not caller.may_claim:
        raise Refused(403, ErrorCode.NOT_ALLOWED, "This account may look devices up, and may not claim them.")
    if not _is_open(project, now):
        raise Refused(403, ErrorCode.NOT_ALLOWED, f"Nothing can be claimed into {project.title}: it is closed.")
    return project


def seats_left(session: Session, projects: Iterable[Project | FoundProject]) -> dict[int, int | None]:
    """For each project's row number the seats that are left, or None where nothing limits them."""
    limits = {project.id: project.seats for project in projects}
    counted = [number for number, seats in limits.items() if seats is not None]
    taken: dict[int, int] = {}
    if counted:
        rows = session.execute(
            select(Claim.project_id, func.count())
            .where(Claim.project_id.in_(counted), Claim.slot.is_not(None))
            .group_by(Claim.project_id)
        )
        taken.update((project, count) for project, count in rows)
    return {number: None if seats is None else max(0, seats - taken.get(number, 0)) for number, seats in limits.items()}


def listing(session: Session, caller: Caller, query: str, page_token: str, size: int, now: datetime) -> Projects:
    """A page of the caller's projects whose title or ID contains ``query``, in the order in which they were made."""
    rows = select(Project).where(Project.organization_id == caller.organization).order_by(Project.id)
    if query.strip():
        form = text_form(query)
        if form is None:
            return Projects(projects=[], next_page_token="")
        rows = rows.where(
            or_(*(func.lower(column).contains(form, autoescape=True) for column in (Project.title, Project.slug)))
        )
    after = from_page_token(page_token)
    page = list(session.scalars(rows.where(Project.id > after).limit(size + 1)))
    page, token = cut_page(page, size, lambda project: project.id)
    seats, parents = seats_left(session, page), _ancestors(session, page)
    return Projects(
        projects=[_shown(project, seats[project.id], parents, caller, now) for project in page],
        next_page_token=token,
    )


def shown(session: Session, project: Project, caller: Caller, now: datetime) -> ProjectOut:
    """One project as the listing shows it."""
    return _shown(project, seats_left(session, [project])[project.id], _ancestors(session, [project]), caller, now)


def cut_page(rows: list[Row], size: int, number: Callable[[Row], int]) -> tuple[list[Row], str]:
    """At most ``size`` rows, and the token of the next page: empty when there is none."""
    if len(rows) <= size:
        return rows, ""
    return rows[:size], f"a{number(rows[size - 1])}"


def from_page_token(token: str) -> int:
    """The row number after which the page begins. Raises Refused (400)."""
    if not token:
        return 0
    number = token[1:]
    if token[0] == "a" and number.isascii() and number.isdigit() and len(number) < 10:
        return int(number)
    raise Refused(400, ErrorCode.BAD_PAGE_TOKEN, "This page token was not given out here.")


def _is_open(project: Project | FoundProject, now: datetime) -> bool:
    return project.may_claim and (project.expires_at is None or project.expires_at > now)


def _ancestors(session: Session, projects: list[Project]) -> dict[int, Project]:
    known = {project.id: project for project in projects}
    for _ in range(DEEPEST):
        missing = {project.parent_id for project in known.values() if project.parent_id} - known.keys()
        if not missing:
            break
        known |= {parent.id: parent for parent in session.scalars(select(Project).where(Project.id.in_(missing)))}
    return known


def _shown(
    project: Project, seats: int | None, known: dict[int, Project], caller: Caller, now: datetime
) -> ProjectOut:
    path = [project.title]
    parent = above = known.get(project.parent_id or 0)
    while above and len(path) <= DEEPEST:
        path.insert(0, above.title)
        above = known.get(above.parent_id or 0)
    return ProjectOut(
        id=project.slug,
        title=project.title,
        path=path,
        parent=parent.slug if parent else None,
        organization=Organization(id=caller.slug, title=caller.title),
        may_claim=caller.may_claim and _is_open(project, now),
        seats_left=seats,
        expires_at=project.expires_at.astimezone(UTC).isoformat() if project.expires_at else None,
    )
