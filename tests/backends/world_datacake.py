"""Datacake as a world of the contract: the bundled server's dialect over a delivery of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.backends.datacake import Datacake, DatacakeSettings
from station.core.call import ReadBack
from station.core.finding import ClaimStatus, Holder
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.server.auth import grant
from station.server.importing import import_file
from station.server.registry.house import Target, find_organization, opened, put_target
from tests.backends.worlds import BACKS, OUTCOMES, PROJECTS, READER, TELLS, TOKEN, LocalWorld, Told

UNTOLD: Told = (ClaimStatus.UNCHECKED, Holder.NOBODY)
GOOD = "11111111-2222-4333-8444-555555555555"
CLOSED = "22222222-3333-4444-8555-666666666666"
SMALL = "33333333-4444-4555-8666-777777777777"
FLEET = "44444444-5555-4666-8777-888888888888"
MAKER = "55555555-6666-4777-8888-999999999999"
THEIRS = "66666666-7777-4888-9999-aaaaaaaaaaaa"
MISSING = "99999999-9999-4999-8999-999999999999"
DELIVERY = f"""\
vendor,device_type,product_number,serial,pin,registered,organization,target,claiming,multiple,owner,plan_open
datacake,meter,DC-20,SN-FREE-1,4711,,,,,,them/{MAKER},
datacake,meter,DC-20,SN-FREE-2,4711,,,,,,them/{MAKER},
datacake,meter,DC-20,SN/3 ø#?𝄞,K7Q2,,,,,,them/{MAKER},
datacake,meter,DC-20,SN-PIN-1,Q7-w9Zt,,,,,,them/{MAKER},
datacake,meter,DC-20,SN-SHY-1,4711,no,,,,,them/{MAKER},
datacake,meter,DC-20,SN-OURS-1,4711,,us,{GOOD},closed,,them/{MAKER},
datacake,meter,DC-20,SN-THEIRS-1,4711,,them,{THEIRS},closed,,them/{MAKER},
datacake,meter,DC-20,SN-CLOSED-1,4711,,,,closed,,them/{MAKER},
datacake,meter,DC-20,SN-PLAN-1,4711,,,,,,them/{MAKER},no
datacake,gateway,DC-30,SN-MANY-1,4711,,them,{THEIRS},,yes,them/{MAKER},
datacake,meter,DC-20,SN-OWN-1,4711,,,,,,us/{FLEET},
datacake,meter,DC-20,SN-OWN-2,4711,,them,{THEIRS},closed,,us/{FLEET},
xyte,display,MD-55,SN-OTHER-1,4711,,,,,,,
"""


def named(serial: str, pin: str = "4711") -> Identifier:
    return Identifier.of(Kind.SERIAL_PIN, serial=serial, pin=pin)


def fill(folder: Path) -> Path:
    """A registry's file with the delivery above, many workspaces, and tokens for a desk and a reader."""
    path, delivery = folder / "datacake.db", folder / "datacake.csv"
    delivery.write_text(DELIVERY, encoding="utf-8")
    url, now = f"sqlite:///{path.as_posix()}", datetime.now(UTC)

    def work(session: Any) -> None:
        kind: dict[str, Any] = {"noun": "workspace", "vendor": "datacake"}
        put_target(session, Target(GOOD, "Good", "us", "Us & Co", **kind))
        put_target(session, Target(CLOSED, "Closed", "us", may_claim=False, **kind))
        put_target(session, Target(SMALL, "Small", "us", seats=1, **kind))
        put_target(session, Target(FLEET, "Fleet", "us", **kind))
        put_target(session, Target(MAKER, "Maker", "them", "Them", **kind))
        put_target(session, Target(THEIRS, "Theirs", "them", **kind))
        put_target(session, Target("plain", "Not of this vendor", "us"))
        for number in range(PROJECTS - 4):
            put_target(session, Target(f"aaaaaaaa-0000-4000-8000-{number:012}", f"Site {number}", "us", **kind))
        us, them = (find_organization(session, slug) for slug in ("us", "them"))
        assert us is not None
        assert them is not None
        grant(session, us, "desk", TOKEN, now, "test")
        grant(session, us, "reader", READER, now, "test").may_claim = False
        grant(session, them, "maker", MAKERS_TOKEN, now, "test")

    with opened(url) as database:
        database.write(work)
    imported = import_file(url, delivery, now)
    assert imported.stored, imported.bad
    return path


MAKERS_TOKEN = "token-of-the-maker"


class DatacakeWorld(LocalWorld):
    """The bundled server's dialect, inside this process or on a loopback port."""

    identifiers: Mapping[str, Identifier] = {
        "free": named("SN-FREE-1"),
        "free too": named("SN-FREE-2"),
        "odd": named("SN/3 ø#?𝄞", "K7Q2"),
        "pin": named("SN-PIN-1", "Q7-w9Zt"),
        "wrong pin": named("SN-PIN-1", "0815"),
        "unregistered": named("SN-SHY-1"),
        "ours": named("SN-OURS-1"),
        "another": named("SN-THEIRS-1"),
        "closed": named("SN-CLOSED-1"),
        "unknown": named("SN-NOWHERE-1"),
    }
    targets: Mapping[str, str] = {"good": GOOD, "missing": MISSING, "closed": CLOSED, "small": SMALL}
    tells: Mapping[str, Told] = dict.fromkeys(TELLS, UNTOLD) | {"ours": (ClaimStatus.CLAIMED, Holder.OURS)}
    outcomes: Mapping[str, OutcomeKind] = {
        **OUTCOMES,
        "ours": OutcomeKind.ALREADY_CLAIMED,
        "again": OutcomeKind.ALREADY_CLAIMED,
        "unregistered": OutcomeKind.NOT_FOUND,
        # The lock closes with each claim, and nobody learns that somebody else was quicker.
        "another": OutcomeKind.CLAIMING_CLOSED,
    }
    backs: Mapping[str, ReadBack] = {
        **BACKS,
        "another": ReadBack.CANNOT_TELL,
        "dropped": ReadBack.CANNOT_TELL,
        "released": ReadBack.CANNOT_TELL,
    }
    untold: frozenset[str] = frozenset()

    def signed_in(self, token: str, **settings: Any) -> Datacake:  # type: ignore[override] # a world of another kind
        given: dict[str, Any] = {
            "base_url": f"{self._url or 'http://inside'}/datacake/graphql/", "pin_pause_s": 0.0, "devices_fresh_s": 0.0
        } | settings
        backend = Datacake(
            "cake",
            DatacakeSettings(**given),
            {"token": Secret(token)} if token else {},
            lambda: datetime.now(UTC),
            None if self._url else self.front,
        )
        self._made.append(backend)
        return backend
