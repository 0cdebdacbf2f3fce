"""The world of Disruptive's protocol: the bundled server's dialect over a small delivery of its own."""

import asyncio
import shutil
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from station.backends.disruptive import Disruptive, DisruptiveSettings
from station.core.call import ReadBack
from station.core.finding import ClaimStatus, Holder
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.server.app import build
from station.server.auth import account_of
from station.server.importing import import_file
from station.server.registry.house import Target, find_organization, opened, put_target
from station.server.tables import Credential
from tests.backends.worlds import BACKS, FREE, OUTCOMES, READER, TAKEN, TOKEN, Front, Told, on_a_port

T = TypeVar("T")
VENDOR = "disruptive"
PROJECTS = 130
"""More than one page."""
EMAIL = "b5desk00000000000000@b5pr0j1nvent0r000000.serviceaccount.d21s.com"
INVENTORY, OTHER, CLOSED, SMALL, GONE, THEIRS = (
    "b5pr0j1nvent0r000000", "b5pr0j0s100000000000", "b5pr0jc10sed00000000", "b5pr0jsma11000000000",
    "b5pr0jg0ne0000000000", "b5pr0jthe1rs00000000",
)  # fmt: skip
DELIVERY = f"""\
vendor,kit_id,kit_name,device_id,device_type,product_number,registered,organization,target,claiming
disruptive,,,b5rj9ed7rihk942p4fr0,temperature,102058,,,,
disruptive,,,b5rj9ed7rihk942p4t00,temperature,102058,,,,
disruptive,,,b5rj9ed7rihk942p4n0t,humidity,102081,no,,,
disruptive,,,b5rj9ed7rihk942p4urs,humidity,102081,,us,{INVENTORY},
disruptive,,,b5rj9ed7rihk942p4th1,humidity,102081,,them,{THEIRS},
disruptive,,,b5rj9ed7rihk942p4shu,humidity,102081,,,,closed
disruptive,kit-with/ø %2F?#&=+;𝄞,One odd sensor,b5rj9ed7rihk942p4odd,temperature,102058,,,,
disruptive,maple-free-box,Three sensors,b5rj9ed7rihk942p4f10,motion,102521,,,,
disruptive,maple-free-box,Three sensors,b5rj9ed7rihk942p4f20,motion,102521,,,,
disruptive,maple-free-box,Three sensors,b5rj9ed7rihk942p4f30,ccon,101483,,,,
disruptive,oak-part-box,Three sensors,b5rj9ed7rihk942p4p10,motion,102521,,us,{INVENTORY},
disruptive,oak-part-box,Three sensors,b5rj9ed7rihk942p4p20,motion,102521,,them,{THEIRS},
disruptive,oak-part-box,Three sensors,b5rj9ed7rihk942p4p30,motion,102521,,,,
xyte,,,elsewhere-1,display,1,,,,
"""


def code(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def secret_of(token: str) -> str:
    """The secret of the key that stands for one of the contract's tokens, as long as the vendor's own are."""
    return f"{token}-of-a-service-account-0123456789"


class DisruptiveWorld:
    """The dialect on a copy of a filled registry, inside this process or on a loopback port."""

    identifiers: Mapping[str, Identifier] = {
        "free": code("b5rj9ed7rihk942p4fr0"),
        "free too": code("b5rj9ed7rihk942p4t00"),
        "ours": code("b5rj9ed7rihk942p4urs"),
        "another": code("b5rj9ed7rihk942p4th1"),
        "closed": code("b5rj9ed7rihk942p4shu"),
        "unregistered": code("b5rj9ed7rihk942p4n0t"),
        "kit": code("maple-free-box"),
        "part of a kit": code("oak-part-box"),
        "unknown": code("b5rj9ed7rihk942p4v00"),
    }
    targets: Mapping[str, str] = {
        "good": INVENTORY, "other": OTHER, "missing": GONE, "closed": CLOSED, "small": SMALL
    }
    tells: Mapping[str, Told] = {"free": FREE, "ours": (ClaimStatus.CLAIMED, Holder.OURS), "another": TAKEN}
    # The vendor says of no claimed device whose it is, and knows no device that is not registered.
    outcomes: Mapping[str, OutcomeKind] = {
        **OUTCOMES,
        "ours": OutcomeKind.ALREADY_CLAIMED,
        "again": OutcomeKind.ALREADY_CLAIMED,
        "unregistered": OutcomeKind.NOT_FOUND,
        "closed": OutcomeKind.REJECTED,
    }
    backs: Mapping[str, ReadBack] = BACKS
    untold: frozenset[str] = frozenset()

    def __init__(self, folder: Path, template: Path, *, port: bool, auth: str = "oauth") -> None:
        database = folder / "registry.db"
        shutil.copyfile(template, database)
        self.app = build(f"sqlite:///{database.as_posix()}", clock=lambda: datetime.now(UTC))
        self.front = Front(self.app)
        self._port, self._auth = port, auth
        self.url = "http://inside"
        self._made: list[Disruptive] = []

    @contextmanager
    def entered(self) -> Iterator["DisruptiveWorld"]:
        with ExitStack() as stack:
            self._runner = stack.enter_context(asyncio.Runner())
            if self._port:
                self.url = stack.enter_context(on_a_port(self.front))
            else:
                life = self.app.router.lifespan_context(self.app)
                self.run(life.__aenter__())
                stack.callback(lambda: self.run(life.__aexit__(None, None, None)))
            stack.callback(lambda: [self.run(each.close()) for each in self._made])
            self.backend = self.signed_in(TOKEN)
            yield self

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(asyncio.wait_for(work, 20))

    def signed_in(self, token: str, **changed: Any) -> Disruptive:
        settings: dict[str, Any] = {
            "base_url": f"{self.url}/disruptive/v2",
            "token_url": f"{self.url}/disruptive/oauth2/token",
            "auth": self._auth,
            "key_id": token,
            "email": EMAIL,
            "whole_organization": True,
            "settle_s": 0.0,
        }
        backend = Disruptive(
            "oslo",
            DisruptiveSettings(**settings | changed),
            {"secret": Secret(secret_of(token))},
            lambda: datetime.now(UTC),
            None if self._port else self.front,
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


def fill(folder: Path) -> Path:
    """A registry's file with the delivery above, two organizations, and keys for a desk and a reader."""
    path, delivery = folder / "template.db", folder / "delivery.csv"
    delivery.write_text(DELIVERY, encoding="utf-8")
    url, now = f"sqlite:///{path.as_posix()}", datetime.now(UTC)
    with opened(url) as database:
        database.write(_set_up)
    imported = import_file(url, delivery, now)
    assert imported.stored, imported.bad
    return path


def _set_up(session: Session) -> None:
    put_target(session, Target(OTHER, "Oslo", "us", "Us & Co", vendor=VENDOR))
    put_target(session, Target(INVENTORY, "Inventory", "us", vendor=VENDOR))
    put_target(session, Target(CLOSED, "Closed", "us", may_claim=False, vendor=VENDOR))
    put_target(session, Target(SMALL, "Small", "us", seats=1, vendor=VENDOR))
    put_target(session, Target(THEIRS, "Theirs", "them", "Them", vendor=VENDOR))
    put_target(session, Target("plain", "Of no vendor", "us"))
    for number in range(PROJECTS - 4):
        put_target(session, Target(f"b5pr0j{number:014d}", f"Project {number}", "us", vendor=VENDOR))
    us = find_organization(session, "us")
    assert us is not None
    for token in (TOKEN, READER):
        account = account_of(session, us, token)
        account.may_claim = token != READER
        session.add(
            Credential(
                account_id=account.id, vendor=VENDOR, name=token, secret=secret_of(token), extra=EMAIL, basic=True
            )
        )
