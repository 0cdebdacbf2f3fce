"""The protocols that the fault suites run over: a delivery for each, and how its requests are told apart."""

import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from station.core.identifier import Identifier, Kind
from station.server.dialects.datacake import practice as datacake
from station.server.dialects.disruptive import practice as disruptive
from station.server.dialects.here import practice as here
from station.server.dialects.xyte import practice as xyte

from .fault import Fault
from .proxy import Seen

HEADER = (
    "vendor,device_id,device_type,product_number,serial,mac,cloud_id,external_id,app_id,pin,owner\n"
)


CHANGE = "change"
"""What is done with a device that is claimed: giving it back or, where nobody can, moving it."""


@dataclass(frozen=True)
class Protocol:
    """One protocol. ``row`` gives a device's line of the delivery, ``identifier`` what is scanned of it."""

    kind: str
    vendor: str
    target: str
    row: Callable[[int], str]
    identifier: Callable[[int], Identifier]
    is_claim: Callable[[Seen], bool]
    connection: Callable[[str], tuple[dict[str, object], dict[str, str]]]
    name_at_server: Callable[[str], str] = str
    always_settles: bool = False
    """Nothing is ever held: it is safe to repeat, and says what became of the first time."""
    tells: bool = True
    """A read-back tells *free* from *another's*, so that nothing is held here either."""
    target_slug: str = ""
    signs_in: bool = False
    lists: tuple[str, ...] = ()
    """Under which names an answer to a claim holds its devices, where one call carries several."""
    words: Mapping[Fault, str] = field(default_factory=dict)
    """How it says that the target is not open to us, and that there is none."""
    size_setting: str = ""
    """Which setting says how many devices go in one call, where one carries several."""
    devices_a_shift: int = 80
    is_change: Callable[[Seen], bool] = lambda seen: seen.method == "DELETE"
    """Whether a request gives a device back or, where ``moved_to`` names another target, moves it there."""
    moved_to: str = ""

    def delivery(self, count: int) -> str:
        return HEADER + "".join(f"{self.row(number)}\n" for number in range(count))

    def devices(self, count: int) -> list[Identifier]:
        return [self.identifier(number) for number in range(count)]

    def target_at(self, server: Path) -> str:
        """The target's ID; where the server gives it a number (a space), that number."""
        if not self.target_slug:
            return self.target
        with closing(sqlite3.connect(f"{server.as_uri()}?mode=ro", uri=True)) as ledger:
            row = ledger.execute("SELECT id FROM projects WHERE slug = ?", (self.target_slug,)).fetchone()
            return str(row[0])

    def wait_for_practice(self, server: Path) -> None:
        """The server fills in what practice needs, and lets in who may practise, while it serves already."""
        for _ in range(6000):  # a busy machine takes its time
            with closing(sqlite3.connect(f"{server.as_uri()}?mode=ro", uri=True)) as ledger:
                let_in = {row[0] for row in ledger.execute("SELECT DISTINCT vendor FROM credentials")}
            if {"disruptive", "here", "xyte"} <= let_in:
                return
            time.sleep(0.05)
        raise LookupError("the server is not ready for practice")

    def ledger_name(self, device_id: str) -> str:
        """The server's name of a device of the desk."""
        return self.name_at_server(device_id)

    def kinds_of_call(self) -> tuple[str, ...]:
        return ("claim", "read", "read-back", *(("sign-in",) if self.signs_in else ()))

    def kind_of_call(self, seen: Seen) -> str:
        if self.is_claim(seen):
            return "claim"
        if self.is_change(seen):
            return CHANGE
        path = seen.path.partition("?")[0].lower()
        if "/read-backs" in path or "/operations/" in path:
            return "read-back"
        return "sign-in" if "token" in path or "login" in path else "read"


def _words(no_rights: str, no_target: str) -> Mapping[Fault, str]:
    return {Fault.NO_RIGHTS: no_rights, Fault.NO_TARGET: no_target}


LOCAL = Protocol(
    "local",
    "vendor",
    "oslo-west",
    lambda n: f"vendor,dev-{n},sensor,100,,,,,,,",
    lambda n: Identifier.of(Kind.CODE, code=f"dev-{n}"),
    lambda seen: seen.method == "POST" and seen.path.endswith("/claims") and b'"dry_run":false' in seen.body,
    lambda address: ({"base_url": address}, {"token": "practice-token"}),
    always_settles=True,
    lists=("results",),
    words=_words('{"error": "not_allowed", "message": "no"}', '{"error": "project_not_found", "message": "gone"}'),
    size_setting="items_a_call",
    is_change=lambda seen: seen.method == "POST" and seen.path.endswith("/releases"),
)

def _disruptive_claim(seen: Seen) -> bool:
    return "devices:claim" in seen.path and "dryRun=false" in seen.path


DISRUPTIVE = Protocol(
    "disruptive",
    "disruptive",
    disruptive.INVENTORY,
    lambda n: f"disruptive,c7fau1t00000{n:08d},temperature,102058,,,,,,,",
    lambda n: Identifier.of(Kind.CODE, code=f"c7fau1t00000{n:08d}"),
    _disruptive_claim,
    disruptive.connection,
    signs_in=True,
    lists=("claimedDevices",),
    words=_words('{"error": "no rights", "code": 403}', '{"error": "no such project", "code": 404}'),
    size_setting="items_a_call",
    devices_a_shift=120,
    is_change=lambda seen: "devices:transfer" in seen.path,
    moved_to=disruptive.INVENTORY.replace("10", "20"),
)

XYTE = Protocol(
    "xyte",
    "xyte",
    "",
    lambda n: f"xyte,disp-{n},display,MD-55,SN-F{n:06d},025859{n:06x},,,,,",
    lambda n: Identifier.of(Kind.SERIAL_MAC, serial=f"SN-F{n:06d}", mac=f"025859{n:06x}"),
    lambda seen: seen.method == "POST" and seen.path.endswith("/devices/claim"),
    xyte.connection,
    tells=False,
    devices_a_shift=120,
    words=_words('{"error": "no access to this space"}', '{"error": "space not found"}'),
    target_slug="space-auditorium",
    name_at_server=lambda name: f"disp-{int(name.partition('SN-F')[2][:6])}",
)


def _graphql(code: str) -> str:
    return f'{{"errors": [{{"message": "no", "extensions": {{"code": "{code}"}}}}], "data": null}}'


DATACAKE = Protocol(
    "datacake",
    "datacake",
    datacake.SITE,
    lambda n: f"datacake,DC-F{n:06d},climate sensor,DC-20,DC-F{n:06d},,,,,{n:06d},northwind/{datacake.MAKER}",
    lambda n: Identifier.of(Kind.SERIAL_PIN, serial=f"DC-F{n:06d}", pin=f"{n:06d}"),
    lambda seen: b"addPincodeDevice" in seen.body,
    datacake.connection,
    tells=False,
    lists=("data",),
    words=_words(_graphql("NOT_AUTHORIZED"), _graphql("NOT_FOUND")),
    size_setting="aliases",
    is_change=lambda seen: b"removeDevice" in seen.body,
    devices_a_shift=120,
    name_at_server=lambda name: name.removeprefix("serial="),
)

HERE = Protocol(
    "here",
    "here",
    here.YARD.replace("yard", "depot"),
    lambda n: f"here,VRDE-{_uuid(n)},virtual,,,,,,,,",
    lambda n: Identifier.of(Kind.CODE, code=f"VRDE-{_uuid(n)}"),
    lambda seen: seen.method == "PUT" and "/registry/v2/devices/" in seen.path,
    here.connection,
    always_settles=True,
    signs_in=True,
    words=_words(
        '{"status": 403, "error": "Forbidden", "message": "no rights"}',
        '{"status": 404, "error": "Not Found", "message": "there is no such project"}',
    ),
)


def _uuid(number: int) -> str:
    return f"5a2e0f00-0000-4000-9000-{number:012d}"


PROTOCOLS = {each.kind: each for each in (LOCAL, DISRUPTIVE, XYTE, DATACAKE, HERE)}
