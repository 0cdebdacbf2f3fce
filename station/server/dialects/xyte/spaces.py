"""Spaces: the caller's targets as the protocol shows them, and the making of missing ones."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...auth import Caller
from ...registry import projects
from ...registry.found import FoundProject
from ...tables import Organization, Project
from .frame import VENDOR, Answer, Asking, Wrong, number_of, text_of

MOST_A_PAGE = 100
DEEPEST = 20
LONGEST_NAME = 200


def info(asking: Asking) -> Answer:
    return 200, {"id": asking.caller.slug, "name": asking.caller.title}


def listing(asking: Asking) -> Answer:
    """A page of spaces, filtered as the protocol can; filters that nothing here answers to are left alone."""
    shown = asking.parts.database.read(lambda session: spaces_of(session, asking.caller))
    items = [space for space in shown.values() if _is_wanted(space, asking.query)]
    return 200, page_of(items, asking.query)


def find_or_create(asking: Asking) -> Answer:
    """The space of that name below ``parent_id``; the name may be a path of several."""
    steps = [step.strip() for step in text_of(asking.body, "name").split("/")]
    if not all(steps) or len(steps) > DEEPEST or any(len(step) > LONGEST_NAME for step in steps):
        raise Wrong(422, "name can't be blank" if not any(steps) else "name is invalid")
    parent = number_of(asking.body, "parent_id")
    check_rights(asking)

    def work(session: Session) -> Mapping[str, Any]:
        # One at a time for each organization: two calls for one path must not make it twice.
        session.execute(select(Organization.id).where(Organization.id == asking.caller.organization).with_for_update())
        known = projects.of_vendor(session, asking.caller, VENDOR)
        if parent is not None and all(project.id != parent for project in known):
            raise Wrong(422, f"Unknown parent_id {parent}.")
        vendor, above = known[0].vendor if known else VENDOR, parent
        for step in steps:
            found = next((one.id for one in known if one.parent_id == above and one.title == step), None)
            above = _make(session, asking.caller, step, above, vendor) if found is None else found
        return spaces_of(session, asking.caller)[above or 0]

    return 200, asking.parts.database.write(work)


def spaces_of(session: Session, caller: Caller) -> dict[int, Mapping[str, Any]]:
    """The caller's spaces as they are shown, by number."""
    known = {project.id: project for project in projects.of_vendor(session, caller, VENDOR)}
    return {
        each.id: {
            "id": each.id,
            "name": each.title,
            "parent_id": each.parent_id if each.parent_id in known else None,
            "space_type": "space" if each.parent_id in known else "root",
            "full_path": path_of(each, known),
            "config": {},
        }
        for each in known.values()
    }


def path_of(project: FoundProject, known: Mapping[int, FoundProject]) -> str:
    names = [project.title]
    above = known.get(project.parent_id or 0)
    while above is not None and len(names) < DEEPEST:
        names.insert(0, above.title)
        above = known.get(above.parent_id or 0)
    return "/".join(names)


def open_space(session: Session, asking: Asking, number: int | None) -> FoundProject:
    """A space that may be claimed into, locked. Raises Wrong (404, 422) and Refused (403)."""
    if number is None:
        raise Wrong(422, 'Body must include a valid numeric "space_id".')
    for each in projects.of_vendor(session, asking.caller, VENDOR):
        if each.id == number:
            return projects.fetch_open(session, asking.caller, each.slug, asking.now)
    raise Wrong(404, "Space not found")


def page_of(items: list[Mapping[str, Any]], query: Mapping[str, str]) -> Mapping[str, Any]:
    """A page of ``items``. Raises Wrong for a page that cannot be."""
    page, size = page_asked(query)
    until = page * size
    return {"items": items[until - size : until], "next_page": page + 1 if until < len(items) else None}


def page_asked(query: Mapping[str, str]) -> tuple[int, int]:
    """The page's number, from 1, and how many items it holds. Raises Wrong."""
    page, size = number_of(query, "page"), number_of(query, "per_page")
    if page == 0 or size == 0 or (page or 0) > 10**9:
        raise Wrong(422, "page and per_page begin with 1")
    return page or 1, min(size or MOST_A_PAGE, MOST_A_PAGE)


def check_rights(asking: Asking) -> None:
    if not asking.caller.may_claim:
        raise Wrong(403, "This key may look, and may not change anything")


def _is_wanted(space: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    numbers = {name: number_of(query, name) for name in ("id", "parent_id")}
    if any(number is not None and space[name] != number for name, number in numbers.items()):
        return False
    same = {"name": space["name"], "space_type": space["space_type"]}
    if any(query.get(name, "").strip().lower() not in ("", str(own).lower()) for name, own in same.items()):
        return False
    return query.get("path_includes", "").strip().lower() in str(space["full_path"]).lower()


def _make(session: Session, caller: Caller, title: str, parent: int | None, vendor: str) -> int:
    project = Project(
        organization_id=caller.organization,
        parent_id=parent,
        slug=f"space-{secrets.token_hex(8)}",
        title=title,
        noun="space",
        vendor=vendor,
    )
    session.add(project)
    session.flush()
    return project.id
