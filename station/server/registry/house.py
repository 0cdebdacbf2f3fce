"""Sets up who and where: organizations, their targets, and the tokens that open them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..auth import INSIDE_LABEL, SERVED_LABEL, grant
from ..database import Database, open_database
from ..migrations import migrate
from ..tables import Organization, Project, Token
from .forms import clean_name, text_form

PRACTICE_ORGANIZATION = "example"
OWN_ORGANIZATION = "main"
DESK_ACCOUNT = "station"


class SetupProblem(StrEnum):
    """Why a target cannot be added."""

    NO_ORGANIZATION = "no_organization"
    """Several organizations exist, and none was named."""
    BAD_ID = "bad_id"
    NO_PARENT = "no_parent"
    RING = "ring"
    """The parent lies inside the target itself."""


class SetupRefused(Exception):
    def __init__(self, problem: SetupProblem, text: str) -> None:
        super().__init__(f"{problem}: {text}")
        self.problem, self.text = problem, text


@dataclass(frozen=True, slots=True)
class Target:
    """A target as a person asks for it: ``id`` is what a script says, ``parent`` another target's ID."""

    id: str
    title: str = ""
    organization: str = ""
    organization_title: str = ""
    parent: str = ""
    noun: str = "project"
    may_claim: bool = True
    seats: int | None = None
    expires_at: datetime | None = None
    vendor: str = ""
    app_id: str = ""


@contextmanager
def opened(database_url: str) -> Iterator[Database]:
    """The registry at that address, brought to this version's tables, closed at the end."""
    database = open_database(database_url)
    try:
        migrate(database.engine)
        yield database
    finally:
        database.close()


def add_target(database: Database, target: Target) -> str:
    """Add a target, or change the one of that ID; gives its organization's ID. Raises SetupRefused.

    The organization is made when it is named and missing; with none named it is the only one there is, or ``main``.
    """
    return database.write(lambda session: put_target(session, target).organization.slug)


def put_target(session: Session, target: Target) -> Project:
    """As ``add_target``, inside a transaction."""
    slug = _slug(target.id)
    organization = _organization(session, target.organization, target.organization_title)
    parent = find_target(session, organization, target.parent) if target.parent else None
    if target.parent and parent is None:
        raise SetupRefused(SetupProblem.NO_PARENT, target.parent)
    project = find_target(session, organization, slug)
    if project is None:
        project = Project(organization=organization, slug=slug)
        session.add(project)
    else:
        _refuse_ring(session, project, parent)
    project.title = clean_name(target.title) or project.title or slug
    project.parent_id = parent.id if parent else None
    project.noun, project.may_claim = target.noun, target.may_claim
    project.seats, project.expires_at = target.seats, target.expires_at
    project.vendor, project.app_id = target.vendor, target.app_id or None
    session.flush()
    return project


def find_target(session: Session, organization: Organization, slug: str) -> Project | None:
    return session.scalars(
        select(Project).where(Project.organization_id == organization.id, Project.slug == slug)
    ).first()


def find_organization(session: Session, slug: str) -> Organization | None:
    return session.scalars(select(Organization).where(Organization.slug == slug)).first()


def let_in(session: Session, token: str, now: datetime, label: str, *, practice: bool) -> None:
    """Let a token in as the desk's account, in the place of the one with that label before; see ``app.build``."""
    known = find_organization(session, PRACTICE_ORGANIZATION) if practice else None
    first = known or session.scalars(select(Organization).order_by(Organization.id)).first()
    grant(session, first or _make(session, OWN_ORGANIZATION, ""), DESK_ACCOUNT, token, now, label)


def has_token(database: Database) -> bool:
    """Whether anybody can sign in over a port: the token of the station's own server is no other program's."""
    alive = select(func.count()).select_from(Token).where(Token.revoked_at.is_(None), Token.label != INSIDE_LABEL)
    return bool(database.read(lambda session: session.scalar(alive)))


def ensure_token(database: Database, make: Callable[[], str], now: datetime) -> str | None:
    """A new token for the desk's account where nobody can sign in yet; None where somebody can."""
    if has_token(database):
        return None
    token = make()
    database.write(lambda session: let_in(session, token, now, SERVED_LABEL, practice=False))
    return token


def _organization(session: Session, slug: str, title: str) -> Organization:
    if slug:
        return find_organization(session, _slug(slug)) or _make(session, _slug(slug), title)
    known = list(session.scalars(select(Organization).order_by(Organization.id).limit(2)))
    if len(known) > 1:
        raise SetupRefused(SetupProblem.NO_ORGANIZATION, ", ".join(one.slug for one in known) + ", …")
    return known[0] if known else _make(session, OWN_ORGANIZATION, title)


def _make(session: Session, slug: str, title: str) -> Organization:
    organization = Organization(slug=slug, title=clean_name(title) or slug)
    session.add(organization)
    session.flush()
    return organization


def _slug(text: str) -> str:
    form = text_form(text)
    if form is None or "/" in form or len(form) > 100:
        raise SetupRefused(SetupProblem.BAD_ID, text[:100])
    return text.strip()


def _refuse_ring(session: Session, project: Project, parent: Project | None) -> None:
    seen: set[int] = set()
    above = parent
    while above is not None and above.id not in seen:
        if above.id == project.id:
            raise SetupRefused(SetupProblem.RING, project.slug)
        seen.add(above.id)
        above = session.get(Project, above.parent_id) if above.parent_id else None
