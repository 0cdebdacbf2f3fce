"""HERE Tracking as a world of the contract: the bundled server's dialect over a delivery of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from station.backends.here import Here, HereSettings
from station.core.call import ReadBack
from station.core.finding import ClaimStatus, Holder
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.server.auth import grant
from station.server.dialects.here.accounts import hash_password
from station.server.importing import import_file
from station.server.registry.house import Target, find_organization, opened, put_target
from station.server.tables import Claim, Credential, Device
from tests.backends.worlds import BACKS, OUTCOMES, PROJECTS, READER, TELLS, TOKEN, LocalWorld, Told

UNTOLD: Told = (ClaimStatus.UNCHECKED, Holder.NOBODY)
REALM, APP = "org123456789", "oslo-app-0001"
OSLO = f"{REALM}:oslo"
KEY, SECRET = "an-access-key-id", "an-access-key-secret"
EMAIL, PASSWORD = "kari@example.org", "a-password"
FREE = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
OURS = "5f1d7b52-0d3c-4c9e-8a3f-6f2f3f0b9a11"
ANOTHER = "0b6c2a8e-91d4-4f55-9c3d-2f6a7e8b1c33"
UNKNOWN = "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d"
HANDLES = {
    OURS: "HERE-1d4b6f0e-52c7-4c8e-9b0d-3a7e5f21c604",
    "VRDE-0a1b2c3d-0000-4000-8000-000000000002": "VRTR-8e0f3a52-7b1d-4d6a-a2c9-5b4e6d7f8091",
}
DELIVERY = f"""\
vendor,device_id,device_type,product_number,external_id,app_id,registered,organization,target,claiming,plan_open
here,{FREE},tracker,TR-1,,depot-app-01,,,,,
here,6f9619ff-8b86-4d01-b42d-00cf4fc964ff,tracker,TR-1,,depot-app-01,,,,,
here,{OURS},tracker,TR-1,,depot-app-01,,us,{OSLO},,
here,{ANOTHER},tracker,TR-1,,depot-app-01,,them,org987654321:theirs,,
here,1c9e6679-7425-40de-944b-e07fc1f90ae1,tracker,TR-1,,depot-app-01,no,,,,
here,VRDE-0a1b2c3d-0000-4000-8000-000000000001,virtual,,pallet-0001,{APP},,,,,
here,VRDE-0a1b2c3d-0000-4000-8000-000000000002,virtual,,pallet-0002,{APP},,us,{OSLO},,
here,VRDE-0a1b2c3d-0000-4000-8000-000000000003,virtual,,fråga/ø %2F?#&=+;𝄞,{APP},,,,,
here,VRDE-0a1b2c3d-0000-4000-8000-000000000004,virtual,,pallet-0001,other-app-01,,,,,
here,VRDE-0a1b2c3d-0000-4000-8000-000000000005,virtual,,pallet-0005,{APP},,,,,no
here,VRDE-0a1b2c3d-0000-4000-8000-000000000006,virtual,,closed-0001,{APP},,,,closed,
xyte,pallet-0009,display,MD-55,,,,,,,
"""


def external(external_id: str, app_id: str = APP) -> Identifier:
    return Identifier.of(Kind.EXTERNAL_ID, external_id=external_id, app_id=app_id)


def fill(folder: Path) -> Path:
    """A registry's file with the delivery above, more projects than a page has, and who may sign in."""
    path, delivery = folder / "here.db", folder / "here.csv"
    delivery.write_text(DELIVERY, encoding="utf-8")
    url, now = f"sqlite:///{path.as_posix()}", datetime.now(UTC)
    with opened(url) as database:
        database.write(lambda session: _set_up(session, now))
    imported = import_file(url, delivery, now)
    assert imported.stored, imported.bad
    with opened(url) as database:
        database.write(_name_claims)
    return path


def _set_up(session: Any, now: datetime) -> None:
    us: dict[str, Any] = {"organization": "us", "vendor": "here"}
    put_target(session, Target(OSLO, "Oslo", organization_title="Us & Co", app_id=APP, seats=27,
                               expires_at=datetime(2099, 12, 31, tzinfo=UTC), **us))
    put_target(session, Target(f"{REALM}:archive", "Archive", app_id="archive-app-01",
                               expires_at=now - timedelta(days=1), **us))
    put_target(session, Target(f"{REALM}:closed", "Closed", app_id="closed-app-01", may_claim=False, **us))
    put_target(session, Target(f"{REALM}:small", "Small", app_id="small-app-01", seats=1, **us))
    put_target(session, Target(f"{REALM}:tiny", "Tiny", app_id="tiny-app-01", seats=0, **us))
    put_target(session, Target("plain", "Not of this vendor", "us"))
    put_target(session, Target("org987654321:theirs", "Theirs", "them", "Them", vendor="here", app_id="theirs-app-01"))
    for number in range(PROJECTS - 5):
        put_target(session, Target(f"{REALM}:p{number}", f"Project {number}", app_id=f"p-app-{number:04}", **us))
    organization = find_organization(session, "us")
    assert organization is not None
    desk = grant(session, organization, "desk", TOKEN, now, "test")
    grant(session, organization, "reader", READER, now, "test").may_claim = False
    session.add(Credential(account_id=desk.id, vendor="here", name=KEY, secret=SECRET, extra="", basic=False))
    hashed = hash_password(PASSWORD)
    session.add(Credential(account_id=desk.id, vendor="here", name=EMAIL, secret=hashed, extra=REALM, basic=True))


def _name_claims(session: Any) -> None:
    """Let the claims that came with the delivery bear the tracking IDs that the fixtures name."""
    query = select(Claim, Device.device_id).join(Device, Device.id == Claim.device_id)
    for claim, device_id in session.execute(query).all():
        claim.handle = HANDLES.get(device_id, claim.handle)


class HereWorld(LocalWorld):
    """The bundled server's dialect, inside this process or on a loopback port."""

    identifiers: Mapping[str, Identifier] = {
        "free": external("pallet-0001"),
        "free too": Identifier.of(Kind.CODE, code=FREE),
        "odd": external("fråga/ø %2F?#&=+;𝄞"),
        "external": external("pallet-0001", "other-app-01"),
        "unregistered": Identifier.of(Kind.CODE, code="1c9e6679-7425-40de-944b-e07fc1f90ae1"),
        "ours": Identifier.of(Kind.CODE, code=OURS),
        "another": Identifier.of(Kind.CODE, code=ANOTHER),
        "unknown": Identifier.of(Kind.CODE, code=UNKNOWN),
    }
    targets: Mapping[str, str] = {
        "good": OSLO, "missing": f"{REALM}:gone", "closed": f"{REALM}:closed", "small": f"{REALM}:small",
    }  # fmt: skip
    tells: Mapping[str, Told] = {**dict.fromkeys(TELLS, UNTOLD), "ours": (ClaimStatus.CLAIMED, Holder.OURS)}
    outcomes: Mapping[str, OutcomeKind] = {
        **{case: kind for case, kind in OUTCOMES.items() if case != "over quota"},
        "unregistered": OutcomeKind.NOT_FOUND,
    }
    backs: Mapping[str, ReadBack] = {**BACKS, "another": ReadBack.CANNOT_TELL, "dropped": ReadBack.CANNOT_TELL}
    untold: frozenset[str] = frozenset()

    def signed_in(self, token: str, **settings: Any) -> Here:  # type: ignore[override] # a world of another kind
        return self.connected({"token": Secret(token)}, **settings)

    def connected(self, secrets: Mapping[str, Secret], **settings: Any) -> Here:
        """A backend that signs in as its settings say."""
        base = f"{self._url or 'http://inside'}/here"
        wanted = {"base_url": base, "token_url": f"{base}/oauth2/token", "auth": "token"} | settings
        app = None if self._url else self.front
        backend = Here("tracking", HereSettings(**wanted), secrets, lambda: datetime.now(UTC), app)
        self._made.append(backend)
        return backend
