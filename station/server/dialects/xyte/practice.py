"""What practice needs of the device cloud: spaces, a delivery, and two keys that everybody knows."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ... import auth
from ...registry.house import PRACTICE_ORGANIZATION, Target
from ...tables import Account, Credential
from .frame import VENDOR

KEY = "practice-xyte-organization-key"
HARDWARE_KEY = "practice-xyte-hardware-key"
"""What an unregistered device of the delivery brings to ``POST /xyte/v1/devices`` to come online."""
LABEL = "practice xyte"


def _space(
    slug: str, title: str, parent: str = "", *, organization: str = PRACTICE_ORGANIZATION, owner: str = "",
    may_claim: bool = True, seats: int | None = None,
) -> Target:
    return Target(
        f"space-{slug}", title, organization, owner, f"space-{parent}" if parent else "", "space", may_claim, seats,
        vendor=VENDOR,
    )


TARGETS: tuple[Target, ...] = (
    _space("overview", "Overview"),
    _space("oslo", "Oslo", "overview"),
    _space("auditorium", "Auditorium", "oslo"),
    _space("room-1", "Meeting room 1", "oslo"),
    _space("kiosk", "Kiosk (one device)", "overview", seats=1),
    _space("archive", "Archive (closed)", "overview", may_claim=False),
    _space("harbour", "Harbour House", organization="northwind", owner="Northwind Estates"),
)
DELIVERY = Path(__file__).resolve().parents[4] / "resources" / "practice" / "xyte.csv"


def grant(session: Session, account: Account, now: datetime) -> None:
    """Let the practice key in, and the hardware key of its devices; only ever called where that was asked for."""
    auth.grant(session, account.organization, account.name, KEY, now, LABEL)
    name = auth.digest_of(HARDWARE_KEY)
    query = select(Credential).where(Credential.vendor == VENDOR, Credential.name == name)
    if session.scalars(query).first() is None:
        session.add(
            Credential(account_id=account.id, vendor=VENDOR, name=name, secret="", extra="hardware key", basic=False)
        )
        session.flush()


def connection(address: str) -> tuple[dict[str, object], dict[str, str]]:
    """The settings of a connection to a practice server at that address, and its secrets by field."""
    return {"base_url": f"{address.rstrip('/')}/xyte"}, {"api_key": KEY}
