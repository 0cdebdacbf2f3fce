"""Large deliveries for the benchmarks, one for each protocol, in a registry that practice was filled into."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from station.backends.base import Backend
from station.backends.listing import load
from station.core.call import Call, CallDevice, Verb
from station.core.finding import Finding
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.server import dialects
from station.server.importing import import_file
from station.server.practice import PRACTICE_TOKEN
from station.server.registry.house import Target, opened
from station.server.registry.pins import hash_pin
from station.server.sample import fill, fill_dialects
from station.server.tables import Device, Project

PIN = "4711"


@dataclass(frozen=True, slots=True)
class Goods:
    """Devices of one protocol: the columns of an import and a device's row in it, and what its label says."""

    columns: str
    row: str
    identifier: Callable[[int], Identifier]


def _code(form: str) -> Callable[[int], Identifier]:
    return lambda number: Identifier.of(Kind.CODE, code=form.format(n=number))


GOODS: Mapping[str, Goods] = {
    "local": Goods("device_id", "local-{n:06d}", _code("local-{n:06d}")),
    "disruptive": Goods("device_id", "bench{n:015d}", _code("bench{n:015d}")),
    "xyte": Goods(
        "device_id,serial,mac",
        "xb-{n:06d},XB-{n:06d},02bb00{n:06d}",
        lambda n: Identifier.of(Kind.SERIAL_MAC, serial=f"XB-{n:06d}", mac=f"02bb00{n:06d}"),
    ),
    "datacake": Goods(
        "device_id,serial,owner",
        "DB-{n:06d},DB-{n:06d},{owner}",
        lambda n: Identifier.of(Kind.SERIAL_PIN, serial=f"DB-{n:06d}", pin=PIN),
    ),
    "here": Goods(
        "device_id,external_id,app_id",
        "VRDE-5a2e0f00-0000-4000-9000-{n:012d},bench-{n:06d},practice-app",
        lambda n: Identifier.of(Kind.EXTERNAL_ID, external_id=f"bench-{n:06d}", app_id="practice-app"),
    ),
}  # fmt: skip


def kinds() -> list[str]:
    """The protocols that the server speaks and for which there is a delivery here."""
    return [kind for kind in ("local", *dialects.practices()) if kind in GOODS]


def deliver(folder: Path, name: str, counts: Mapping[str, int]) -> str:
    """A registry of that name with practice and so many devices for each protocol; gives its address."""
    url = f"sqlite:///{(folder / name).as_posix()}.db"
    now = datetime.now(UTC)
    with opened(url) as database:
        fill(database, now)
        practices = {kind: practice for kind, practice in dialects.practices().items() if kind in counts}
        fill_dialects(database, practices, now, known_secrets=True)
    for kind, count in counts.items():
        goods, listing = GOODS[kind], folder / f"{name}-{kind}.csv"
        lines = [f"{kind},bench,{goods.row.format(n=n, owner=_owner(kind))}" for n in range(count)]
        listing.write_text("\n".join([f"vendor,device_type,{goods.columns}", *lines]), encoding="utf-8")
        done = import_file(url, listing, now)
        if not done.stored:
            raise RuntimeError(f"{kind}: {done.bad[:3]}")
    pin_hash = hash_pin(PIN)  # one for all: a thousand would take half a minute

    def ready(session: Session) -> None:
        session.execute(update(Project).where(Project.may_claim).values(seats=None))
        lent = (Device.vendor == "datacake", func.lower(Device.device_id).startswith("db-"))
        session.execute(update(Device).where(*lent).values(pin_hash=pin_hash))

    with opened(url) as database:
        database.write(ready)
    return url


def _owner(kind: str) -> str:
    theirs = [each for each in _targets(kind) if each.organization != "example"]
    return f"{theirs[0].organization}/{theirs[0].id}" if theirs else ""


def _targets(kind: str) -> Sequence[Target]:
    practice = dialects.practices().get(kind)
    return practice.TARGETS if practice is not None else ()


def connect(kind: str, address: str, app: Callable[..., object] | None = None) -> Backend:
    """The backend of a practice connection to a server at that address, or in this process."""
    values: dict[str, object] = {"base_url": "" if app else address}
    secrets = {"token": PRACTICE_TOKEN}
    if kind != "local":
        values, secrets = dialects.practices()[kind].connection(address)
    cls = load(kind)
    values |= {"look_up_timeout_s": 60.0, "claim_timeout_s": 60.0}
    known = {name: Secret(text) for name, text in secrets.items()}
    return cls("bench", cls.settings_class(**values), known, lambda: datetime.now(UTC), app)  # type: ignore[arg-type]


def call_of(backend: Backend, target: str, found: Sequence[Finding], number: int) -> Call:
    """A claim of what was found, as the desk makes it."""
    key = f"00000000-0000-4000-8000-{number:012d}"
    devices = []
    for row, finding in enumerate(found):
        device = finding.devices[0] if finding.devices else None
        told = (device.device_id, device.ref) if device else (finding.identifier.text, "")
        devices.append(CallDevice(row, *told, finding.identifier))
    return Call(key, number, Verb.CLAIM, "bench", backend.kind, backend.address, "", target, tuple(devices), "bench",
                key, datetime.now(UTC))
