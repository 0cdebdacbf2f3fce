"""The sample delivery: what practice claims. Its codes are the ones on the label pictures."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from .database import Database
from .importing import import_rows
from .registry.house import PRACTICE_ORGANIZATION, Target, put_target
from .rows import read_rows
from .tables import Kit, Organization

DELIVERY = Path(__file__).resolve().parents[2] / "resources" / "sample_delivery.csv"

FIRST_KIT = "maple-harbor-lantern"
_TITLE = "Example Building Services"
TARGETS = (
    Target("inventory", "Inventory", PRACTICE_ORGANIZATION, _TITLE),
    Target("oslo-west", "Oslo-West", PRACTICE_ORGANIZATION),
    Target("bergen-harbour", "Bergen Harbour", PRACTICE_ORGANIZATION),
    Target("archive", "Archive (closed)", PRACTICE_ORGANIZATION, may_claim=False),
    Target("tiny-office", "Tiny office", PRACTICE_ORGANIZATION, seats=3),
    Target("estates", "Estates", "northwind", "Northwind Estates"),
)


class NotForPractice(ValueError):
    """The registry holds organizations of its own: the sample delivery, and the token that all know, stay out."""


def is_for_practice(database: Database) -> bool:
    """Whether the registry is empty, or holds the practice organization already."""

    def own(session: Session) -> bool:
        slugs = set(session.scalars(select(Organization.slug)))
        return bool(slugs) and PRACTICE_ORGANIZATION not in slugs

    return not database.read(own)


def fill(database: Database, now: datetime, delivery: Path = DELIVERY) -> bool:
    """Put the sample delivery into an empty registry; a registry that has it is left as people made it since.

    Raises NotForPractice.
    """
    if database.read(_is_there):
        return False
    if not is_for_practice(database):
        raise NotForPractice

    def targets(session: Session) -> None:
        for target in TARGETS:
            put_target(session, target)

    database.write(targets)
    imported = import_rows(database, lambda: read_rows(delivery), now)
    if not imported.stored:
        raise ValueError(f"the sample delivery cannot be read: {imported.bad[:3]}")
    return True


def _is_there(session: Session) -> bool:
    return session.scalars(select(Kit.id).where(Kit.kit_id == FIRST_KIT)).first() is not None
