"""The protocols that the fault suites run over: a delivery for each, and how its requests are told apart."""

import json
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


LABEL, RENAME, MOVE, RELEASE = "label", "rename", "move", "release"
CHANGES = (LABEL, RENAME, MOVE, RELEASE)
"""What is done with a device that is claimed, the last of all last."""
Is = Callable[[Seen], bool]


@dataclass(frozen=True)
class Protocol:
    """One protocol. ``row`` gives a device's line of the delivery, ``identifier`` what is scanned of it."""

    kind: str
    vendor: str
    target: str
    row: Callable[[int], str]
    identifier: Callable[[int], Identifier]
    is_claim: Is
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
    changes: Mapping[str, Is] = field(default_factory=dict)
    """What it does with claimed devices, and how each request for it is known."""
    moved_to: str = ""
    """The slug of another target, where it moves devices."""

    def delivery(self, count: int) -> str:
        return HEADER + "".join(f"{self.row(number)}\n" for number in range(count))

    def devices(self, count: int) -> list[Identifier]:
        return [self.identifier(number) for number in range(count)]

    def target_at(self, server: Path) -> str:
        """The target's ID; where the server gives it a number (a space), that number."""
        return self.id_of(self.target_slug, server) if self.target_slug else self.target

    def other_target_at(self, server: Path) -> str:
        """That of ``moved_to``, likewise."""
        return self.id_of(self.moved_to, server) if self.target_slug else self.moved_to

    def id_of(self, slug: str, server: Path) -> str:
        with closing(sqlite3.connect(f"{server.as_uri()}?mode=ro", uri=True)) as ledger:
            row = ledger.execute("SELECT id FROM projects WHERE slug = ?", (slug,)).fetchone()
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
        for change, is_it in self.changes.items():
            if is_it(seen):
                return change
        path = seen.path.partition("?")[0].lower()
        if "/read-backs" in path or "/operations/" in path:
            return "read-back"
        return "sign-in" if "token" in path or "login" in path else "read"


def _words(no_rights: str, no_target: str) -> Mapping[Fault, str]:
    return {Fault.NO_RIGHTS: no_rights, Fault.NO_TARGET: no_target}


def _posts(end: str) -> Is:
    return lambda seen: seen.method == "POST" and seen.path.endswith(end)


def _writes(method: str, place: str, *, name: bool) -> Is:
    """A request whose body sets a name, or else labels alone, at an address with ``place`` in it."""

    def is_it(seen: Seen) -> bool:
        if seen.method != method or place not in seen.path:
            return False
        body = json.loads(seen.body)
        return ("name" in body.get("addLabels", body)) is name

    return is_it


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
    changes={
        LABEL: _writes("PATCH", "/claims/", name=False),
        RENAME: _writes("PATCH", "/claims/", name=True),
        MOVE: _posts("/moves"),
        RELEASE: _posts("/releases"),
    },
    moved_to="bergen-harbour",
)


def _disruptive_claim(seen: Seen) -> bool:
    return "devices:claim" in seen.path and "dryRun=false" in seen.path


def _disruptive_connection(address: str) -> tuple[dict[str, object], dict[str, str]]:
    """The bundled server answers as it stands at once, so that no read has to wait for it to settle."""
    values, secrets = disruptive.connection(address)
    return {**values, "settle_s": 0.0}, secrets


DISRUPTIVE = Protocol(
    "disruptive",
    "disruptive",
    disruptive.INVENTORY,
    lambda n: f"disruptive,c7fau1t00000{n:08d},temperature,102058,,,,,,,",
    lambda n: Identifier.of(Kind.CODE, code=f"c7fau1t00000{n:08d}"),
    _disruptive_claim,
    _disruptive_connection,
    signs_in=True,
    lists=("claimedDevices",),
    words=_words('{"error": "no rights", "code": 403}', '{"error": "no such project", "code": 404}'),
    size_setting="items_a_call",
    devices_a_shift=120,
    changes={
        LABEL: _writes("POST", "devices:batchUpdate", name=False),
        RENAME: _writes("POST", "devices:batchUpdate", name=True),
        MOVE: lambda seen: "devices:transfer" in seen.path,
    },
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
    changes={
        RENAME: lambda seen: seen.method == "PATCH",
        MOVE: _posts("/move"),
        RELEASE: lambda seen: seen.method == "DELETE",
    },
    moved_to="space-room-1",
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
    changes={
        RENAME: lambda seen: b"updateDevice" in seen.body,
        RELEASE: lambda seen: b"removeDevice" in seen.body,
    },
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
    changes={
        LABEL: _writes("PUT", "/metadata/", name=False),
        RENAME: _writes("PUT", "/metadata/", name=True),
        RELEASE: lambda seen: seen.method == "DELETE",
    },
    words=_words(
        '{"status": 403, "error": "Forbidden", "message": "no rights"}',
        '{"status": 404, "error": "Not Found", "message": "there is no such project"}',
    ),
)


def _uuid(number: int) -> str:
    return f"5a2e0f00-0000-4000-9000-{number:012d}"


PROTOCOLS = {each.kind: each for each in (LOCAL, DISRUPTIVE, XYTE, DATACAKE, HERE)}
