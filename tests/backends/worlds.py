"""The worlds that the contract runs in: a claiming system with known contents, and a backend set up for it."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import uvicorn

from station.backends.base import Backend
from station.backends.local import Local, LocalSettings
from station.core.call import Call, CallDevice, ReadBack, Verb
from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.server.app import build
from station.server.auth import grant
from station.server.database import Database
from station.server.importing import import_file
from station.server.registry.house import Target, find_organization, opened, put_target

T = TypeVar("T")
TOKEN, READER, STRANGER = "token-of-the-desk", "token-of-a-reader", "token-of-nobody"
PROJECTS = 130
"""More than one page."""

DELIVERY = """\
vendor,kit_id,kit_name,device_id,device_type,product_number,serial,mac,cloud_id,external_id,app_id,pin,registered,\
organization,target,claiming
v,,,free-1,temperature,100,,,,,,,,,,
v,,,free-2,temperature,100,,,,,,,,,,
v,,,fråga/ø %2F?#&=+;𝄞,odd,100,,,,,,,,,,
v,,,unregistered-1,humidity,101,,,,,,,no,,,
v,,,ours-1,humidity,101,,,,,,,,us,inventory,
v,,,another-1,humidity,101,,,,,,,,them,theirs,
v,,,closed-1,humidity,101,,,,,,,,,,closed
v,box-free,Three sensors,in-free-1,motion,102,,,,,,,,,,
v,box-free,Three sensors,in-free-2,motion,102,,,,,,,,,,
v,box-free,Three sensors,in-free-3,motion,102,,,,,,,,,,
v,box-part,Three sensors,in-part-1,motion,102,,,,,,,,us,inventory,
v,box-part,Three sensors,in-part-2,motion,102,,,,,,,,them,theirs,
v,box-part,Three sensors,in-part-3,motion,102,,,,,,,,,,
v,,,pin-1,lock,103,SN-PIN-1,,,,,4711,,,,
v,,,mac-1,gateway,104,SN-MAC-1,AA:BB:CC:00:11:22,CLOUD-1,,,,,,,
v,,,ext-1,tracker,105,,,,EXT-1,app-12345678,,,,,
"""


Told = tuple[ClaimStatus, Holder]
FREE, TAKEN = (ClaimStatus.UNCLAIMED, Holder.NOBODY), (ClaimStatus.CLAIMED, Holder.ANOTHER)
TELLS: Mapping[str, Told] = {
    "free": FREE,
    "unregistered": (ClaimStatus.UNREGISTERED, Holder.NOBODY),
    "ours": (ClaimStatus.CLAIMED, Holder.OURS),
    "another": TAKEN,
    "odd": FREE,
    "mac": FREE,
    "cloud": FREE,
    "pin": FREE,
    "external": FREE,
}
"""What a system tells that tells all; one that does not changes single lines."""
OUTCOMES: Mapping[str, OutcomeKind] = {
    "free": OutcomeKind.CLAIMED_NOW,
    "unregistered": OutcomeKind.NOT_REGISTERED,
    "ours": OutcomeKind.ALREADY_OURS,
    "another": OutcomeKind.ALREADY_CLAIMED,
    "closed": OutcomeKind.CLAIMING_CLOSED,
    "pin": OutcomeKind.CLAIMED_NOW,
    "wrong pin": OutcomeKind.WRONG_SECRET,
    "unknown": OutcomeKind.NOT_FOUND,
    "over quota": OutcomeKind.OVER_QUOTA,
    "again": OutcomeKind.ALREADY_OURS,
}
BACKS: Mapping[str, ReadBack] = {
    "free": ReadBack.OURS,
    "another": ReadBack.ANOTHER,
    "dropped": ReadBack.FREE,
    "released": ReadBack.CANNOT_TELL,
}


class World(Protocol):
    """What the contract needs of a claiming system; another system joins by a world of its own.

    ``identifiers`` by case (an absent case is skipped), ``targets`` by case: good, other (for a move), missing, closed,
    small (one seat). ``tells`` is what a look-up tells of each case, ``outcomes`` what a claim of it gives, ``backs``
    what a read-back says of it after a claim whose answer was lost ("dropped": after one that never arrived).
    ``untold`` are the changes after the claim that no read shows.
    """

    identifiers: Mapping[str, Identifier]
    targets: Mapping[str, str]
    tells: Mapping[str, Told]
    outcomes: Mapping[str, OutcomeKind]
    backs: Mapping[str, ReadBack]
    untold: frozenset[str]

    @property
    def backend(self) -> Backend: ...

    def run(self, work: Coroutine[Any, Any, T]) -> T: ...

    def signed_in(self, token: str) -> Backend:
        """The backend under other credentials."""
        ...

    def lose_answer(self) -> None:
        """Do what the next request asks and cut its answer off."""
        ...

    def drop_request(self) -> None:
        """Cut the next request off before it is done."""
        ...

    def answer_next(self, status: int, headers: Mapping[str, str], body: bytes = b"{}") -> None:
        """Answer the next request so, without doing it."""
        ...

    def requests(self) -> int:
        """How many requests came in so far."""
        ...


def call_for(
    world: World, *found: Finding, target: str = "", verb: Verb = Verb.CLAIM, name: str = "", key: str = ""
) -> Call:
    """A call for all devices of findings, as the desk makes it after a look-up."""
    devices = [(finding, device) for finding in found for device in finding.devices or (_placeholder(finding),)]
    return Call(
        key=key or str(uuid4()),
        number=1,
        verb=verb,
        connection=world.backend.connection,
        kind=world.backend.kind,
        address=world.backend.address,
        account="",
        target=target or world.targets["good"],
        devices=tuple(
            CallDevice(row, device.device_id, device.ref, finding.identifier, name, device.handle)
            for row, (finding, device) in enumerate(devices, 1)
        ),
        operator="Kari",
        request_id=str(uuid4()),
        made_at=datetime.now(UTC),
    )


def _placeholder(finding: Finding) -> FoundDevice:
    """The device of a finding that tells of none, as the desk puts it down."""
    return FoundDevice(finding.identifier.text, finding.status)


@dataclass
class Front:
    """Stands before the real server and spoils single answers."""

    app: Callable[..., Any]
    plan: list[tuple[str, int, Mapping[str, str], bytes]] = field(default_factory=list)
    count: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.count += 1
        if not self.plan:
            await self.app(scope, receive, send)
            return
        what, status, headers, body = self.plan.pop(0)
        if what == "lose":
            await self.app(scope, receive, _swallow)
        elif what == "drop":
            await receive()
        head = [(name.encode(), value.encode()) for name, value in headers.items()]
        length = [] if what == "answer" else [(b"content-length", b"100")]
        await send({"type": "http.response.start", "status": status, "headers": head + length})
        if what != "answer":
            # An answer that has begun and breaks off: the server closes the connection under it.
            raise ConnectionAbortedError("cut by the test")
        await send({"type": "http.response.body", "body": body})


async def _swallow(_message: Any) -> None:
    pass


class LocalWorld:
    """The bundled server on a copy of a filled registry, inside this process or on a loopback port."""

    identifiers: Mapping[str, Identifier] = {
        "free": Identifier.of(Kind.CODE, code="free-1"),
        "free too": Identifier.of(Kind.CODE, code="free-2"),
        "odd": Identifier.of(Kind.CODE, code="fråga/ø %2F?#&=+;𝄞"),
        "unregistered": Identifier.of(Kind.CODE, code="unregistered-1"),
        "ours": Identifier.of(Kind.CODE, code="ours-1"),
        "another": Identifier.of(Kind.CODE, code="another-1"),
        "closed": Identifier.of(Kind.CODE, code="closed-1"),
        "kit": Identifier.of(Kind.CODE, code="box-free"),
        "part of a kit": Identifier.of(Kind.CODE, code="box-part"),
        "unknown": Identifier.of(Kind.CODE, code="nowhere-1"),
        "pin": Identifier.of(Kind.SERIAL_PIN, serial="SN-PIN-1", pin="4711"),
        "wrong pin": Identifier.of(Kind.SERIAL_PIN, serial="SN-PIN-1", pin="0815"),
        "mac": Identifier.of(Kind.SERIAL_MAC, serial="SN-MAC-1", mac="aa-bb-cc-00-11-22"),
        "cloud": Identifier.of(Kind.CLOUD_ID, cloud_id="CLOUD-1"),
        "external": Identifier.of(Kind.EXTERNAL_ID, external_id="EXT-1", app_id="app-12345678"),
    }
    targets: Mapping[str, str] = {
        "good": "inventory", "other": "oslo", "missing": "gone", "closed": "closed", "small": "small"
    }
    tells = TELLS
    outcomes = OUTCOMES
    backs = BACKS
    untold = frozenset({"label", "label taken away"})

    def __init__(self, folder: Path, template: Path, *, port: bool) -> None:
        database = folder / "registry.db"
        shutil.copyfile(template, database)
        self.database_url = f"sqlite:///{database.as_posix()}"
        self.faults: list[Callable[[str], None]] = []
        self.app = build(self.database_url, clock=lambda: datetime.now(UTC), faults=self._fault)
        self.front = Front(self.app)
        self._port = port
        self._url = ""
        self._made: list[Backend] = []

    @contextmanager
    def entered(self) -> Iterator["LocalWorld"]:
        with ExitStack() as stack:
            self._runner = stack.enter_context(asyncio.Runner())
            if self._port:
                self._url = stack.enter_context(on_a_port(self.front))
            else:
                self._life = self.app.router.lifespan_context(self.app)
                self.run(self._life.__aenter__())
                stack.callback(lambda: self.run(self._life.__aexit__(None, None, None)))
            stack.callback(lambda: [self.run(each.close()) for each in self._made])
            self.backend = self.signed_in(TOKEN)
            yield self

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(asyncio.wait_for(work, 20))

    def signed_in(self, token: str, **settings: Any) -> Local:
        backend = Local(
            "here",
            LocalSettings(base_url=self._url, **settings),
            {"token": Secret(token)},
            lambda: datetime.now(UTC),
            self.front,
        )
        self._made.append(backend)
        return backend

    def lose_answer(self) -> None:
        self.front.plan.append(("lose", 200, {}, b""))

    def drop_request(self) -> None:
        self.front.plan.append(("drop", 200, {}, b""))

    def answer_next(self, status: int, headers: Mapping[str, str], body: bytes = b"{}") -> None:
        self.front.plan.append(("answer", status, headers, body))

    def requests(self) -> int:
        return self.front.count

    def _fault(self, point: str) -> None:
        for fault in list(self.faults):
            fault(point)


@contextmanager
def on_a_port(app: Callable[..., Any]) -> Iterator[str]:
    # Named as TCP, since asyncio switches Nagle's algorithm off only there: else each answer waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(app, lifespan="on", ws="none", log_config=None, log_level="critical", date_header=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="server of a test")
        thread.start()
        try:
            while not server.started and thread.is_alive():
                thread.join(0.005)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def fill(folder: Path) -> Path:
    """A registry's file with the delivery above, two organizations, and tokens for a desk and a reader."""
    path, delivery = folder / "template.db", folder / "delivery.csv"
    delivery.write_text(DELIVERY, encoding="utf-8")
    url, now = f"sqlite:///{path.as_posix()}", datetime.now(UTC)
    with opened(url) as database:
        _set_up(database, now)
    imported = import_file(url, delivery, now)
    assert imported.stored, imported.bad
    return path


def _set_up(database: Database, now: datetime) -> None:
    def work(session: Any) -> None:
        put_target(session, Target("inventory", "Inventory", "us", "Us & Co"))
        put_target(session, Target("oslo", "Oslo", "us", parent="inventory"))
        put_target(session, Target("closed", "Closed", "us", may_claim=False))
        put_target(session, Target("small", "Small", "us", seats=1))
        put_target(session, Target("theirs", "Theirs", "them", "Them"))
        for number in range(PROJECTS - 4):
            put_target(session, Target(f"p{number}", f"Project {number}", "us"))
        us = find_organization(session, "us")
        assert us is not None
        grant(session, us, "desk", TOKEN, now, "test")
        grant(session, us, "reader", READER, now, "test").may_claim = False

    database.write(work)
