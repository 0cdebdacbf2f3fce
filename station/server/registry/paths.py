"""Makes targets by their path: what of it is there is used, what is missing is added below it."""

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..auth import Caller
from ..codes import ErrorCode
from ..database import KeyTaken
from ..refusals import Refused
from ..tables import Project
from .forms import clean_name, text_form
from .projects import DEEPEST

_LONGEST_ID = 60


def find_or_make(session: Session, caller: Caller, path: str) -> Project:
    """The target of that path: titles divided by ``/``, compared without case. Raises Refused (403, 422)."""
    steps = [clean_name(step) for step in path.split("/")]
    titles = [step for step in steps if step]
    if not titles or len(titles) < len(steps) or len(titles) > DEEPEST:
        raise Refused(422, ErrorCode.INVALID, f"A path is 1 to {DEEPEST} titles with / between them.")
    found: Project | None = None
    for title in titles:
        inside = _child(session, caller, found, title)
        if inside is None and not caller.may_claim:
            raise Refused(403, ErrorCode.NOT_ALLOWED, "This account may look targets up, and may not make any.")
        found = inside or _make(session, caller, found, title)
    assert found is not None  # noqa: S101 - there is at least one title
    return found


def _child(session: Session, caller: Caller, parent: Project | None, title: str) -> Project | None:
    query = select(Project).where(
        Project.organization_id == caller.organization,
        Project.parent_id == parent.id if parent else Project.parent_id.is_(None),
    )
    form = text_form(title)
    return next((each for each in session.scalars(query.order_by(Project.id)) if text_form(each.title) == form), None)


def _make(session: Session, caller: Caller, parent: Project | None, title: str) -> Project:
    made = Project(
        organization_id=caller.organization,
        parent_id=parent.id if parent else None,
        slug=_free_slug(session, caller, title),
        title=title,
        noun=parent.noun if parent else "project",
        may_claim=True,
        vendor=parent.vendor if parent else "",
        app_id=parent.app_id if parent else None,
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:  # another server made one of that ID at the same moment
        raise KeyTaken from error
    return made


def _free_slug(session: Session, caller: Caller, title: str) -> str:
    """An ID that a script can say: ``Oslo West`` is ``oslo-west``, the second one ``oslo-west-2``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_ID] or "target"
    like = select(Project.slug).where(Project.organization_id == caller.organization, Project.slug.startswith(slug))
    taken = set(session.scalars(like))
    return next(name for number in range(len(taken) + 2) if (name := slug if not number else f"{slug}-{number + 1}")
                not in taken)
