"""The sample delivery: what practice claims. Its codes are the ones on the label pictures."""

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from . import dialects
from .auth import START_LABELS, account_of
from .database import Database
from .importing import import_rows
from .registry.house import DESK_ACCOUNT, PRACTICE_ORGANIZATION, Target, find_organization, find_target, put_target
from .rows import Row, read_rows
from .tables import Account, Credential, Device, Kit, Organization, Token

LOG = logging.getLogger(__name__)

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


def fill_dialects(
    database: Database, practices: Mapping[str, dialects.Practice], now: datetime, *, known_secrets: bool
) -> None:
    """Add what is still missing of each dialect's practice: its targets, its delivery, and who signs in there.

    ``known_secrets`` lets in the secrets that everybody knows; without it, those that were let in are taken back.
    What people made of targets and devices since is left as it is.
    """
    for name, practice in practices.items():
        try:
            _add(database, practice, now, known_secrets=known_secrets)
        except Exception:  # one dialect's delivery that cannot be read must not keep the others out
            LOG.exception("the practice delivery of %s was left out", name)
    if not known_secrets:
        database.write(_take_back)


def _add(database: Database, practice: dialects.Practice, now: datetime, *, known_secrets: bool) -> None:
    def targets(session: Session) -> None:
        for target in practice.TARGETS:
            organization = find_organization(session, target.organization)
            if organization is None or find_target(session, organization, target.id) is None:
                put_target(session, target)

    def secrets(session: Session) -> None:
        practice.grant(session, _desk(session), now)

    database.write(targets)
    present = database.read(lambda session: _present(session, practice.DELIVERY))
    if present is not None:
        rows = read_rows(practice.DELIVERY)
        missing = [row for row in rows if not isinstance(row, Row) or _address(row) not in present]
        imported = import_rows(database, lambda: missing, now)
        if not imported.stored:
            raise ValueError(f"bad rows: {imported.bad[:3]}")
    if known_secrets:
        database.write(secrets)


def _address(row: Row) -> tuple[str, str, str]:
    return row.vendor, row.namespace, row.device_id


def _present(session: Session, delivery: Path) -> set[tuple[str, str, str]] | None:
    """The delivery's devices that are there; None where none is missing."""
    asked = {_address(row) for row in read_rows(delivery) if isinstance(row, Row)}
    address = (Device.vendor, Device.namespace, Device.device_id)
    found = {(row[0], row[1], row[2]) for row in session.execute(select(*address).where(tuple_(*address).in_(asked)))}
    return None if found == asked else found


def _desk(session: Session) -> Account:
    organization = find_organization(session, PRACTICE_ORGANIZATION)
    if organization is None:
        raise NotForPractice
    return account_of(session, organization, DESK_ACCOUNT)


def _take_back(session: Session) -> None:
    account = _desk(session)
    session.execute(delete(Credential).where(Credential.account_id == account.id))
    session.execute(delete(Token).where(Token.account_id == account.id, Token.label.not_in(START_LABELS)))


def _is_there(session: Session) -> bool:
    return session.scalars(select(Kit.id).where(Kit.kit_id == FIRST_KIT)).first() is not None
