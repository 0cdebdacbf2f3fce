# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""Findings: the last one of each identifier, and what one shows on a row."""

import json
from collections.abc import Sequence
from datetime import datetime

from station.core.finding import ClaimStatus, Finding, FoundDevice, status_of
from station.core.identifier import Identifier
from station.core.item import Check, Device
from station.core.progress import Progress

from . import derive
from .base import Part
from .connection import Value
from .rows import found_values, read_finding
from .steps import StepWrites
from .values import maybe_read_time, maybe_time_number, time_number, time_text

_DEVICE_SET = "ref = ?, status = ?, holder = ?, place = ?, type = ?, product_number = ?, found_handle = ?, owned = ?"
_NOTHING = FoundDevice("", ClaimStatus.UNCHECKED)
_FOUND_SET = ", ".join(f"{name} = ?" for name in derive.FOUND_COLUMNS)


class FindingReads(Part):
    def finding(self, connection: str, identifier: Identifier) -> Finding | None:
        row = self._db.one("SELECT * FROM findings WHERE connection = ? AND key = ?", connection, identifier.key)
        return read_finding(row, identifier) if row else None

    def findings_kept(self, connection: str) -> tuple[int, datetime | None, datetime | None]:
        row = self._db.one("SELECT count(*) AS n, min(at) AS a, max(at) AS z FROM findings WHERE connection = ?",
                           connection)
        return (row["n"], maybe_read_time(row["a"]), maybe_read_time(row["z"])) if row else (0, None, None)


class FindingWrites(FindingReads, StepWrites):
    def keep_finding(self, connection: str, finding: Finding) -> None:
        total, claimed = finding.counts or (None, None)
        devices = [(device.device_id, *found_values(device)) for device in finding.devices]
        self._db.write(
            "INSERT INTO findings (connection, key, status, at, what, title, total, claimed, devices, would_be, raw) "
            "VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (connection, key) DO UPDATE SET status = excluded.status, "
            "at = excluded.at, what = excluded.what, title = excluded.title, total = excluded.total, "
            "claimed = excluded.claimed, devices = excluded.devices, would_be = excluded.would_be, raw = excluded.raw",
            connection, finding.identifier.key, finding.status.value, time_text(finding.at), finding.what,
            finding.title, total, claimed, json.dumps(devices), json.dumps(finding.would_be), finding.raw,
        )

    def apply_finding(self, item: int, finding: Finding, *, check: Check = Check.IDLE) -> None:
        """Nothing happens to a row that does not exist. Its devices are replaced only while all of them are open."""
        row = self._db.one("SELECT progress, claim_status, device_count, claimed_count FROM items WHERE id = ?", item)
        if row is None:
            return
        devices = self.devices(item)
        own = Progress(row["progress"])
        if own in (Progress.OPEN, Progress.REMOVED) and all(device.progress is own for device in devices):
            changed = self._replace_devices(item, devices, finding.devices, own)
        else:
            changed = self._refresh_devices(devices, finding.devices)
        counts = finding.counts
        stated = (len(finding.devices), finding.claimed) if finding.devices else counts or (0, 0)
        shown = self._own(item, finding.devices)
        counted = derive.found_values(shown)[:2] if shown else stated
        status = derive.shown_status(finding.status, finding.devices)
        self._db.write(
            "UPDATE items SET claim_status = ?, what = ?, title = ?, looked_up_at = ?, counts_differ = ?, "
            f"would_be = ?, look_up = ?, raw_finding = ?, {_FOUND_SET} WHERE id = ?",
            status.value, finding.what, finding.title, time_number(finding.at),
            int(counts is not None and counts != stated), derive.join_would_be(finding.would_be), check.value,
            finding.raw, *counted, *derive.found_values(finding.devices)[2:], item,
        )
        self._write_search(item)
        if changed:
            self._derive([item])
        elif (row["claim_status"], row["device_count"], row["claimed_count"]) != (status.value, *counted):
            self._touch(item)

    def put_devices(self, item: int, found: Sequence[FoundDevice]) -> None:
        """Devices that are all open, or all queued, make room for these, which are then so too."""
        devices = derive.own(self.devices(item))
        progress = self._db.value("SELECT progress FROM items WHERE id = ?", item)
        own = devices[0].progress if devices else Progress(progress)
        if own not in (Progress.OPEN, Progress.QUEUED) or any(device.progress is not own for device in devices):
            raise ValueError(f"the devices of row {item} are on their way")
        if self._replace_devices(item, devices, found, own):
            self._write_counts(item)
            self._derive([item])

    def update_devices(self, item: int, found: Sequence[FoundDevice]) -> None:
        if self._refresh_devices(self.devices(item), found):
            self._write_counts(item)
            self._write_status(item)
            self._derive([item])

    def move_devices(self, devices: Sequence[int], item: int) -> None:
        moved = self.devices_by_id(devices)
        self._db.write_many("UPDATE devices SET item = ? WHERE id = ?", [(item, device.id) for device in moved])
        for row in sorted({device.item for device in moved} | {item}):
            self._write_counts(row)
            self._write_status(row)
            self._derive([row])

    def link_device(self, device: int, inside: int) -> None:
        self._db.write("UPDATE devices SET inside = ? WHERE id = ?", inside or None, device)
        for row in {found.item for found in self.devices_by_id([device])}:
            self._write_counts(row)
            self._derive([row])

    def _own(self, item: int, found: Sequence[FoundDevice] = ()) -> list[FoundDevice]:
        """What is known of the devices that no other row holds: the row's, as a finding has just told."""
        told = {one.device_id: one for one in found}
        mine = [device.found for device in derive.own(self.devices(item))]
        return [told.get(one.device_id, one) for one in mine]

    def _write_counts(self, item: int) -> None:
        self._db.write(f"UPDATE items SET {_FOUND_SET} WHERE id = ?", *derive.found_values(self._own(item)), item)

    def _write_status(self, item: int) -> None:
        """A row's claim status from what is known of its devices; where nothing is, it stays as it is."""
        found = tuple(device.found for device in self.devices(item)) or (_NOTHING,)
        status = derive.shown_status(status_of(found), found)
        if status is not ClaimStatus.UNCHECKED:
            self._db.write("UPDATE items SET claim_status = ? WHERE id = ?", status.value, item)

    def _replace_devices(
        self, item: int, devices: Sequence[Device], found: Sequence[FoundDevice], progress: Progress
    ) -> bool:
        """Make a row's devices these, keeping the IDs of those that it has already."""
        kept = {device.device_id for device in devices} & {one.device_id for one in found}
        gone = [device for device in devices if device.device_id not in kept]
        new = [one for one in {one.device_id: one for one in found}.values() if one.device_id not in kept]
        changed_at = maybe_time_number(devices[0].changed_at) if devices else None
        self._db.write_many("DELETE FROM devices WHERE id = ?", [(device.id,) for device in gone])
        self._db.write_many(
            "INSERT INTO devices (item, device_id, progress, changed_at, ref, status, holder, place, type, "
            "product_number, found_handle, owned) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (item, one.device_id, progress.value, changed_at, *found_values(one)) for one in new
            ],
        )
        return self._refresh_devices(devices, found) or bool(gone or new)

    def _refresh_devices(self, devices: Sequence[Device], found: Sequence[FoundDevice]) -> bool:
        told = {one.device_id: one for one in found}
        other: list[tuple[Value, ...]] = [
            (*found_values(told[device.device_id]), device.id)
            for device in devices
            if device.device_id in told and told[device.device_id] != device.found
        ]
        self._db.write_many(f"UPDATE devices SET {_DEVICE_SET} WHERE id = ?", other)
        return bool(other)
