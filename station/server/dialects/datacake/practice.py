"""What practice needs of Datacake: workspaces, a delivery of shared devices, and a token that everybody knows."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from ... import auth
from ...registry.house import PRACTICE_ORGANIZATION, Target
from ...tables import Account
from . import VENDOR

TOKEN = "practice-datacake-token"  # noqa: S105 - opens the practice delivery and nothing else
LABEL = "practice datacake"
SITE = "5a1e0f00-0000-4000-8000-000000000001"
TINY = "5a1e0f00-0000-4000-8000-000000000002"
ARCHIVE = "5a1e0f00-0000-4000-8000-000000000003"
FLEET = "5a1e0f00-0000-4000-8000-000000000004"
MAKER = "5a1e0f00-0000-4000-8000-000000000005"
RIVAL = "5a1e0f00-0000-4000-8000-000000000006"

TARGETS: tuple[Target, ...] = (
    Target(SITE, "Example Site", PRACTICE_ORGANIZATION, noun="workspace", vendor=VENDOR),
    Target(TINY, "Example Kiosk (one device)", PRACTICE_ORGANIZATION, noun="workspace", seats=1, vendor=VENDOR),
    Target(ARCHIVE, "Example Archive (no rights)", PRACTICE_ORGANIZATION, noun="workspace", may_claim=False,
           vendor=VENDOR),
    Target(FLEET, "Example Fleet (owns devices)", PRACTICE_ORGANIZATION, noun="workspace", vendor=VENDOR),
    Target(MAKER, "Northwind Devices", "northwind", "Northwind Estates", noun="workspace", vendor=VENDOR),
    Target(RIVAL, "Northwind Harbour", "northwind", noun="workspace", vendor=VENDOR),
)
DELIVERY = Path(__file__).resolve().parents[4] / "resources" / "practice" / "datacake.csv"


def grant(session: Session, account: Account, now: datetime) -> None:
    """Let the practice token in; only ever called where that was asked for."""
    auth.grant(session, account.organization, account.name, TOKEN, now, LABEL)


def connection(address: str) -> tuple[dict[str, object], dict[str, str]]:
    """The settings of a connection to a practice server at that address, and its secrets by field."""
    return {"base_url": f"{address.rstrip('/')}/datacake/graphql/", "workspace": SITE}, {"token": TOKEN}
