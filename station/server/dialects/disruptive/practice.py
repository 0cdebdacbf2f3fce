"""What practice needs of this dialect: projects, a delivery, and a service account whose keys everybody knows."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...registry.house import PRACTICE_ORGANIZATION, Target
from ...tables import Account, Credential
from .asking import VENDOR

DELIVERY = Path(__file__).resolve().parents[4] / "resources" / "practice" / "disruptive.csv"
INVENTORY = "c7pract1ce0p00000010"
TARGETS = (
    Target(INVENTORY, "Inventory", PRACTICE_ORGANIZATION, vendor=VENDOR),
    Target("c7pract1ce0p00000020", "Oslo-West", PRACTICE_ORGANIZATION, vendor=VENDOR),
    Target("c7pract1ce0p00000030", "Bergen Harbour", PRACTICE_ORGANIZATION, vendor=VENDOR),
    Target("c7pract1ce0p00000040", "Archive (closed)", PRACTICE_ORGANIZATION, may_claim=False, vendor=VENDOR),
    Target("c7pract1ce0p00000050", "Tiny office", PRACTICE_ORGANIZATION, seats=2, vendor=VENDOR),
    Target("c7pract1ce0p00000110", "Inventory", "northwind", "Northwind Estates", vendor=VENDOR),
)
EMAIL = "c7pract1ce0a00000010@c7pract1ce0p00000010.serviceaccount.d21s.com"
KEY_ID = "c7pract1ce0k00000010"
BASIC_KEY_ID = "c7pract1ce0k00000020"
SECRET = "practice-secret-of-the-service-account"  # noqa: S105 - opens the practice delivery and nothing else
BASIC_SECRET = "practice-secret-for-signing-in-plainly"  # noqa: S105 - likewise


def grant(session: Session, account: Account, now: datetime) -> None:  # noqa: ARG001 - these keys never end
    """Let both practice keys in, one of them with HTTP Basic switched on."""
    for name, secret, basic in ((KEY_ID, SECRET, False), (BASIC_KEY_ID, BASIC_SECRET, True)):
        query = select(Credential).where(Credential.vendor == VENDOR, Credential.name == name)
        key = session.scalars(query).first()
        if key is None:
            key = Credential(vendor=VENDOR, name=name)
            session.add(key)
        key.account_id, key.secret, key.extra, key.basic, key.revoked_at = account.id, secret, EMAIL, basic, None
    session.flush()


def connection(address: str) -> tuple[dict[str, object], dict[str, str]]:
    """The settings of a connection to a server at that address, and its secret."""
    base = f"{address.rstrip('/')}/{VENDOR}"
    settings: dict[str, object] = {
        "base_url": f"{base}/v2",
        "token_url": f"{base}/oauth2/token",
        "auth": "oauth",
        "key_id": KEY_ID,
        "email": EMAIL,
        "whole_organization": True,
        "target": INVENTORY,
    }
    return settings, {"secret": SECRET}
