"""Reads rows of the registry for many values at once: plain rows, as no look-up needs to change what it finds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ..tables import Claim, Device, DeviceName, Kit, Project

_CHUNK = 500
Value = TypeVar("Value", str, int)
Found = TypeVar("Found")


class FoundKit(NamedTuple):
    id: int
    form: str
    kit_id: str
    title: str
    vendor: str


class FoundDevice(NamedTuple):
    """What the rules ask of a device; the names are the columns'."""

    id: int
    key: str
    kit_id: int | None
    device_id: str
    cloud_id: str | None
    external_id: str | None
    serial: str | None
    mac: str | None
    type: str
    product_number: str
    pin_hash: str | None
    registered: bool
    claiming_open: bool
    multiple: bool
    vendor: str
    plan_open: bool
    owner_project_id: int | None
    app_id: str | None


def is_shared(device: FoundDevice | Device) -> bool:
    """Whether several organizations may hold it: one that is said to, or one that stays its owner's when claimed."""
    return device.multiple or device.owner_project_id is not None


class FoundName(NamedTuple):
    """One name of a device that was asked for."""

    field: str
    form: str
    device: FoundDevice


class FoundProject(NamedTuple):
    id: int
    slug: str
    title: str
    may_claim: bool
    seats: int | None
    expires_at: datetime | None
    vendor: str
    app_id: str | None
    parent_id: int | None


class FoundClaim(NamedTuple):
    """A live claim with its project."""

    device_id: int
    organization_id: int
    handle: str
    name: str | None
    project: FoundProject


@dataclass(frozen=True)
class Question(Generic[Value, Found]):
    """One query, put together once: for a single code that would take longer than to run it."""

    one: Select[Any]
    many: Select[Any]
    read: Callable[[Any], Found]

    def ask(self, session: Session, values: Iterable[Value]) -> Iterator[Found]:
        """The rows that bear one of those values, in the order of their numbers, some hundred values at a time."""
        asked = sorted(set(values))
        if not asked:
            return
        connection = session.connection()  # below the session, which would make and keep an object of each row
        for start in range(0, len(asked), _CHUNK):
            part = asked[start : start + _CHUNK]
            # A list of one would cost as much to write into the query as to answer.
            if len(part) == 1:
                rows = connection.execute(self.one, {"value": part[0]})
            else:
                rows = connection.execute(self.many, {"values": part})
            yield from map(self.read, rows)


def _question(
    query: Select[Any], column: InstrumentedAttribute[Any], read: Callable[[Any], Found]
) -> Question[Any, Found]:
    one, many = column == bindparam("value"), column.in_(bindparam("values", expanding=True))
    return Question(query.where(one), query.where(many), read)


def _columns(table: type[Any], names: tuple[str, ...]) -> list[InstrumentedAttribute[Any]]:
    return [getattr(table, name) for name in names]


_DEVICE = _columns(Device, FoundDevice._fields)
PROJECT = _columns(Project, FoundProject._fields)

KITS: Question[str, FoundKit] = _question(
    select(*_columns(Kit, FoundKit._fields)).order_by(Kit.id), Kit.form, FoundKit._make
)
INSIDE: Question[int, FoundDevice] = _question(
    select(*_DEVICE).order_by(Device.id), Device.kit_id, FoundDevice._make
)
KEYED: Question[str, FoundDevice] = _question(select(*_DEVICE).order_by(Device.id), Device.key, FoundDevice._make)
NAMED: Question[str, FoundName] = _question(
    select(DeviceName.field, DeviceName.form, *_DEVICE)
    .join(Device, Device.id == DeviceName.device_id)
    .order_by(Device.id),
    DeviceName.form,
    lambda row: FoundName(row[0], row[1], FoundDevice._make(row[2:])),
)
LIVE: Question[int, FoundClaim] = _question(
    select(Claim.device_id, Claim.organization_id, Claim.handle, Claim.name, *PROJECT)
    .join(Project, Project.id == Claim.project_id)
    .where(Claim.slot.is_not(None))
    .order_by(Claim.id),
    Claim.device_id,
    lambda row: FoundClaim(row[0], row[1], row[2], row[3], FoundProject._make(row[4:])),
)
