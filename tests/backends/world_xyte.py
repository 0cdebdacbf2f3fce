"""The device cloud as a world of the contract: the bundled server's dialect over a delivery of its own."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.backends.xyte import Xyte, XyteSettings
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
DELIVERY = """\
vendor,device_id,device_type,product_number,serial,mac,cloud_id,registered,organization,target,claiming
xyte,f1,display,MD-55,SN-FREE-1,AA:BB:CC:00:00:01,,,,,
xyte,f2,display,MD-55,SN-FREE-2,AA:BB:CC:00:00:02,,,,,
xyte,f3,display,MD-55,SN/3 ø#?,AA:BB:CC:00:00:03,,,,,
xyte,c1,processor,DSP-8,,,Dl8z6CASzFpiojfwy9kk,,,,
xyte,u1,display,MD-55,SN-SHY-1,AA:BB:CC:00:00:04,,no,,,
xyte,o1,display,MD-55,SN-OURS-1,AA:BB:CC:00:00:05,OurDevice-Cloud_Id-1,,us,overview,
xyte,a1,display,MD-55,SN-THEIRS-1,AA:BB:CC:00:00:06,,,them,theirs,
xyte,l1,display,MD-55,SN-CLOSED-1,AA:BB:CC:00:00:07,,,,,closed
disruptive,d1,temperature,1,SN-OTHER-1,AA:BB:CC:00:00:08,,,,,
"""


def pair(serial: str, last: str) -> Identifier:
    return Identifier.of(Kind.SERIAL_MAC, serial=serial, mac=f"aabbcc0000{last}")


def fill(folder: Path) -> Path:
    """A registry's file with the delivery above, more spaces than a page has, and keys for a desk and a reader."""
    path, delivery = folder / "xyte.db", folder / "xyte.csv"
    delivery.write_text(DELIVERY, encoding="utf-8")
    url, now = f"sqlite:///{path.as_posix()}", datetime.now(UTC)

    def work(session: Any) -> None:
        space: dict[str, Any] = {"noun": "space", "vendor": "xyte"}
        put_target(session, Target("overview", "Overview", "us", "Us & Co", **space))
        put_target(session, Target("oslo", "Oslo", "us", parent="overview", **space))
        put_target(session, Target("closed", "Closed", "us", parent="overview", may_claim=False, **space))
        put_target(session, Target("small", "Small", "us", parent="overview", seats=1, **space))
        put_target(session, Target("theirs", "Theirs", "them", "Them", **space))
        put_target(session, Target("plain", "Not of this vendor", "us"))
        for number in range(PROJECTS - 4):
            put_target(session, Target(f"p{number}", f"Room {number}", "us", parent="oslo", **space))
        us = find_organization(session, "us")
        assert us is not None
        grant(session, us, "desk", TOKEN, now, "test")
        grant(session, us, "reader", READER, now, "test").may_claim = False

    with opened(url) as database:
        database.write(work)
    imported = import_file(url, delivery, now)
    assert imported.stored, imported.bad
    return path


class XyteWorld(LocalWorld):
    """The bundled server's dialect, inside this process or on a loopback port."""

    identifiers: Mapping[str, Identifier] = {
        "free": pair("SN-FREE-1", "01"),
        "free too": pair("SN-FREE-2", "02"),
        "odd": pair("SN/3 ø#?", "03"),
        "cloud": Identifier.of(Kind.CLOUD_ID, cloud_id="Dl8z6CASzFpiojfwy9kk"),
        "unregistered": pair("SN-SHY-1", "04"),
        "ours": pair("SN-OURS-1", "05"),
        "another": pair("SN-THEIRS-1", "06"),
        "closed": pair("SN-CLOSED-1", "07"),
        "unknown": pair("SN-NOWHERE", "99"),
    }
    tells = dict.fromkeys(TELLS, UNTOLD) | {"ours": (ClaimStatus.CLAIMED, Holder.OURS)}
    outcomes: Mapping[str, OutcomeKind] = {
        **OUTCOMES,
        "ours": OutcomeKind.ALREADY_CLAIMED,
        "again": OutcomeKind.ALREADY_CLAIMED,
        "unregistered": OutcomeKind.NOT_FOUND,
        "closed": OutcomeKind.REJECTED,
    }
    backs: Mapping[str, ReadBack] = {
        **BACKS,
        "another": ReadBack.CANNOT_TELL,
        "dropped": ReadBack.CANNOT_TELL,
        "released": ReadBack.CANNOT_TELL,
    }
    untold: frozenset[str] = frozenset()

    def __init__(self, folder: Path, template: Path, *, port: bool) -> None:
        super().__init__(folder, template, port=port)
        with closing(sqlite3.connect(folder / "registry.db")) as database:
            rows = database.execute("SELECT slug, id FROM projects").fetchall()
        self.numbers = {slug: str(number) for slug, number in rows}
        names = {"good": "overview", "other": "oslo", "closed": "closed", "small": "small"}
        self.targets = {case: self.numbers[slug] for case, slug in names.items()} | {"missing": "999999"}

    def signed_in(self, token: str, **settings: Any) -> Xyte:  # type: ignore[override] # a world of another kind
        address = f"{self._url or 'http://inside'}/xyte"
        backend = Xyte(
            "spaces",
            XyteSettings(base_url=address, **settings),
            {"api_key": Secret(token)},
            lambda: datetime.now(UTC),
            None if self._url else self.front,
        )
        self._made.append(backend)
        return backend
