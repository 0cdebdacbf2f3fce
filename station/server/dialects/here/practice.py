"""What practice needs of HERE Tracking: projects with licences, a delivery, an application and a user to sign in."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...registry.house import PRACTICE_ORGANIZATION, Target
from ...tables import Account, Credential
from .accounts import hash_password
from .devices import VENDOR

REALM = "org100000001"
RIVAL_REALM = "org100000002"
YARD = f"{REALM}:practice-yard"
APP = "practice-app"
KEY, SECRET = "practice-here-key", "practice-here-secret"
EMAIL, PASSWORD = "practice@example.org", "practice-here-password"

_GONE = datetime(2026, 1, 1, tzinfo=UTC)
_LATER = datetime(2099, 12, 31, tzinfo=UTC)
TARGETS: tuple[Target, ...] = (
    Target(YARD, "Practice yard", PRACTICE_ORGANIZATION, seats=500, expires_at=_LATER, vendor=VENDOR, app_id=APP),
    Target(f"{REALM}:practice-depot", "Practice depot", PRACTICE_ORGANIZATION, expires_at=_LATER, vendor=VENDOR,
           app_id="practice-depot-app"),
    Target(f"{REALM}:practice-kiosk", "Practice kiosk (licence full)", PRACTICE_ORGANIZATION, seats=1, vendor=VENDOR,
           app_id="practice-kiosk-app"),
    Target(f"{REALM}:practice-old", "Practice old (licence expired)", PRACTICE_ORGANIZATION, expires_at=_GONE,
           vendor=VENDOR, app_id="practice-old-app"),
    Target(f"{REALM}:practice-guest", "Practice guest (no rights)", PRACTICE_ORGANIZATION, may_claim=False,
           vendor=VENDOR, app_id="practice-guest-app"),
    Target(f"{RIVAL_REALM}:estates", "Northwind fleet", "northwind", "Northwind Estates", vendor=VENDOR,
           app_id="northwind-app"),
)
DELIVERY = Path(__file__).resolve().parents[4] / "resources" / "practice" / "here.csv"


def grant(session: Session, account: Account, now: datetime) -> None:  # noqa: ARG001 - these keys have no end
    """Let the practice application and user in; only ever called where that was asked for."""
    _put(session, account, KEY, SECRET, basic=False)
    _put(session, account, EMAIL, PASSWORD, basic=True)


def connection(address: str) -> tuple[dict[str, object], dict[str, str]]:
    """The settings of a connection to a practice server at that address, and its secrets by field."""
    base = f"{address.rstrip('/')}/here"
    settings: dict[str, object] = {
        "base_url": base, "token_url": f"{base}/oauth2/token", "auth": "client", "app_id": APP, "realm": REALM,
    }  # fmt: skip
    return settings, {"key": KEY, "secret": SECRET}


def _put(session: Session, account: Account, name: str, secret: str, *, basic: bool) -> None:
    """A user's password is kept as a hash; a signature can be checked only with the secret itself."""
    query = select(Credential).where(Credential.vendor == VENDOR, Credential.name == name)
    row = session.scalars(query).first()
    if row is None:
        kept = hash_password(secret) if basic else secret
        row = Credential(account_id=account.id, vendor=VENDOR, name=name, secret=kept, extra=REALM, basic=basic)
        session.add(row)
    row.account_id, row.revoked_at = account.id, None
    session.flush()
