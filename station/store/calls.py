# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""Calls and the queue that they are made of."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from station.core.batch import Batch
from station.core.call import Call, CallDevice, CallState
from station.core.identifier import Identifier
from station.core.item import Device

from .base import marks
from .connection import Value
from .findings import FindingWrites
from .items import ItemReads
from .rows import BATCH_COLUMNS, QUEUED_COLUMNS, read_batch, read_call, read_call_device, read_queued_device
from .values import fields_text, maybe_time_text, time_text

_CALL_FIELDS = (
    "key", "number", "verb", "connection", "kind", "address", "account", "target", "operator", "request_id", "made_at",
    "batch", "state", "tries", "sent_at", "answer", "given", "secret_fields",
)


_QUEUED = (
    f"SELECT {BATCH_COLUMNS}, b.seq FROM batches b WHERE b.connection = ? AND b.queued > 0 AND b.paused = ''"
)
_QUEUED_DEVICES = (
    f"SELECT {QUEUED_COLUMNS} FROM devices d JOIN items i ON i.id = d.item WHERE i.batch = ? AND i.queued_devices > 0 "
    "AND d.progress = 'queued' AND d.inside IS NULL ORDER BY i.number, d.id LIMIT ?"
)
_CONNECTIONS = (
    "WITH RECURSIVE named (name) AS (SELECT min(connection) FROM batches WHERE queued > 0 UNION ALL "
    "SELECT (SELECT min(b.connection) FROM batches b WHERE b.queued > 0 AND b.connection > named.name) FROM named "
    "WHERE named.name IS NOT NULL), first (name, seq) AS (SELECT named.name, (SELECT b.seq FROM batches b "
    "WHERE b.connection = named.name AND b.queued > 0 AND b.paused = '' ORDER BY b.seq LIMIT 1) FROM named) "
    "SELECT name FROM first WHERE seq IS NOT NULL ORDER BY seq"
)
"""From one name to the next by the index, however many batches there are of each."""


class CallReads(ItemReads):
    def calls(self, *states: CallState, batch: str = "") -> list[Call]:
        """All states where none is given. A change's own secrets are named, and empty: they are never written."""
        where: list[str] = []
        values: list[str] = []
        if states:
            where.append(f"state IN ({marks(states)})")
            values += [state.value for state in states]
        if batch:
            where.append("batch = ?")
            values.append(batch)
        condition = f"WHERE {' AND '.join(where)} " if where else ""
        rows = self._db.read(f"SELECT * FROM calls {condition}ORDER BY number", *values)
        return [read_call(row, self._call_devices(row["key"])) for row in rows]

    def devices_of_call(self, key: str) -> list[Device]:
        return self._devices("WHERE d.call = ? ORDER BY d.id", key)

    def overtaking(self, call: Call) -> list[Call]:
        """The newer calls that name one of its rows, oldest first; those that were surely not sent left out."""
        newer = self._db.read(
            "SELECT * FROM calls WHERE number > ? AND state != ? AND key IN (SELECT theirs.call FROM call_devices ours "
            "JOIN call_devices theirs ON theirs.item = ours.item AND theirs.device = ours.device WHERE ours.call = ?) "
            "ORDER BY number",
            call.number, CallState.NOT_SENT.value, call.key,
        )
        return [read_call(row, self._call_devices(row["key"])) for row in newer]

    def next_call_number(self) -> int:
        return int(self._db.value("SELECT coalesce(max(number), 0) + 1 FROM calls"))

    def _call_devices(self, key: str) -> tuple[CallDevice, ...]:
        rows = self._db.read("SELECT * FROM call_devices WHERE call = ? ORDER BY id", key)
        return tuple(read_call_device(row, self._secrets) for row in rows)


class CallWrites(CallReads, FindingWrites):
    def add_call(self, call: Call) -> None:
        values: tuple[Value, ...] = (
            call.key, call.number, call.verb.value, call.connection, call.kind, call.address, call.account, call.target,
            call.operator, call.request_id, time_text(call.made_at), call.batch, call.state.value, call.tries,
            maybe_time_text(call.sent_at), call.answer, json.dumps(dict(call.values), ensure_ascii=False),
            ",".join(name for name, _ in call.secrets),
        )
        self._db.write(f"INSERT INTO calls ({', '.join(_CALL_FIELDS)}) VALUES ({marks(values)})", *values)
        self._db.write_many(
            "INSERT INTO call_devices (call, device, item, device_id, ref, kind, fields, secret_names, secret, name, "
            "handle) VALUES (?, ?, coalesce((SELECT item FROM devices WHERE id = ?), 0), ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    call.key, one.row, one.row, one.device_id, one.ref, one.identifier.kind.value,
                    fields_text(one.identifier), self._secrets.names(one.identifier),
                    self._secrets.sealed(one.identifier), one.name, one.handle,
                )
                for one in call.devices
            ],
        )

    def change_call(
        self,
        key: str,
        *,
        state: CallState | None = None,
        tries: int | None = None,
        sent_at: datetime | None = None,
        answer: str | None = None,
    ) -> None:
        told = {"state": None if state is None else state.value, "tries": tries, "sent_at": maybe_time_text(sent_at),
                "answer": answer}
        changes = {name: value for name, value in told.items() if value is not None}
        if changes:
            sets = ", ".join(f"{name} = ?" for name in changes)
            self._db.write(f"UPDATE calls SET {sets} WHERE key = ?", *changes.values(), key)

    def queued(
        self, connection: str, limit: int, first: Sequence[str] = (), without: Collection[str] = ()
    ) -> list[tuple[Batch, Identifier, Device]]:
        """A device that another row holds is passed over."""
        for row in self._queued_batches(connection, first):
            if row["id"] in without:
                continue
            devices = self._db.read(_QUEUED_DEVICES, row["seq"], limit)
            if devices:
                batch = read_batch(row)
                return [(batch, *read_queued_device(device, self._secrets)) for device in devices]
        return []

    def _queued_batches(self, connection: str, first: Sequence[str]) -> Iterator[sqlite3.Row]:
        """Those that may be sent, in order; one is read at a time, for mostly the first one has what is wanted."""
        known = set(first)
        for one in first:
            yield from self._db.read(f"{_QUEUED} AND b.id = ?", connection, one)
        last = 0
        while rows := self._db.read(f"{_QUEUED} AND b.seq > ? ORDER BY b.seq LIMIT 1", connection, last):
            last = rows[0]["seq"]
            yield from (row for row in rows if row["id"] not in known)

    def queued_connections(self) -> list[str]:
        """Those with anything that may be sent; the one that has waited longest first."""
        return [row[0] for row in self._db.read(_CONNECTIONS)]
