# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""The only road by which the progress of a device changes."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from station.core.item import Device, Item
from station.core.outcome import Outcome
from station.core.progress import Progress, check_step

from . import derive
from .base import CHUNK, marks
from .connection import Value
from .item_writes import ItemWrites
from .rows import OUTCOME_SET, outcome_values
from .values import time_number

STEP = "step"
"""What the history calls a change of progress."""

_EVENT = (
    "INSERT INTO events (at, what, batch, item, device_id, old, new, who, why, detail) VALUES (?,?,?,?,?,?,?,?,?,?)"
)
_PROGRESS_SET = ", ".join(f"{name} = ?" for name in derive.PROGRESS_COLUMNS)
_FREED = "UPDATE items SET inside = NULL WHERE inside = ?"


class StepWrites(ItemWrites):
    def step(
        self,
        devices: Sequence[int],
        old: Progress,
        new: Progress,
        at: datetime,
        *,
        outcome: Outcome | None = None,
        call: str | None = None,
        who: str = "",
        why: str = "",
    ) -> list[int]:
        check_step(old, new, person=who, reason=why)
        when = time_number(at)
        found = [device for device in self.devices_by_id(devices) if device.progress is old]
        sets, values = _step_set(new, when, outcome, call)
        self._db.write_many(
            f"UPDATE devices SET {sets} WHERE id = ? AND progress = ?",
            [(*values, device.id, old.value) for device in found],
        )
        items = list(dict.fromkeys(device.item for device in found))
        detail = f"{outcome.kind} {outcome.how_known}".strip() if outcome else ""
        self._write_steps(found, when, old, new, who, why, detail)
        if new is Progress.SENDING:
            self._db.write_many("UPDATE items SET sent_at = ? WHERE id = ?", [(when, item) for item in items])
        self._derive(items)
        return items

    def remove_item(self, item: int, at: datetime, who: str, why: str) -> bool:
        """Rows inside it are freed, and so is the first of its repeats: the others then repeat that one."""
        if not self._move_all(item, Progress.OPEN, Progress.REMOVED, at, who, why):
            return False
        inside = self._db.read("SELECT DISTINCT item FROM devices WHERE inside = ?", item)
        self._db.write("UPDATE devices SET inside = NULL WHERE inside = ?", item)
        self._db.write(_FREED, item)
        self._derive([row[0] for row in inside])
        heir = self._db.value("SELECT min(id) FROM items WHERE repeat_of = ? AND progress = 'open'", item)
        if heir is not None:
            self._db.write("UPDATE items SET repeat_of = NULL WHERE id = ?", heir)
            self._db.write("UPDATE items SET repeat_of = ? WHERE repeat_of = ?", heir, item)
        return True

    def restore_item(self, item: int, at: datetime, who: str) -> bool:
        """What another row holds by now stays with that row: the restored one becomes its repeat, or links to it."""
        before = self.item(item)
        if before is None or not self._move_all(item, Progress.REMOVED, Progress.OPEN, at, who, ""):
            return False
        batch = self.batch(before.batch)
        system = {"kind": batch.kind, "address": batch.address} if batch else {}
        if before.repeat_of is None and before.inside is None:
            other = None if before.identifier.missing else self._other_live(before, **system)
            if other:
                self._db.write("UPDATE items SET repeat_of = ? WHERE id = ?", other, item)
        for device in self.devices(item):
            held = self.live_device(before.connection, device.device_id, other_than=item, **system)
            if held:
                self._db.write("UPDATE devices SET inside = ? WHERE id = ?", held.item, device.id)
        return True

    def _move_all(self, item: int, old: Progress, new: Progress, at: datetime, who: str, why: str) -> bool:
        """Step a row and all its devices, if all of them are ``old``."""
        check_step(old, new)
        when = time_number(at)
        row = self._db.one("SELECT progress FROM items WHERE id = ?", item)
        devices = self.devices(item)
        if row is None or row["progress"] != old.value or any(device.progress is not old for device in devices):
            return False
        if devices:
            sets, values = _step_set(new, when, None, None)
            self._db.write(f"UPDATE devices SET {sets} WHERE item = ?", *values, item)
            self._write_steps(devices, when, old, new, who, why, "")
            self._derive([item])
        else:
            self._db.write(
                "UPDATE items SET progress = ?, live = ?, settled_at = ? WHERE id = ?", new.value,
                int(new is Progress.OPEN), when if new is Progress.REMOVED else None, item,
            )
            batch = str(self._db.value("SELECT batch FROM items WHERE id = ?", item))
            self._db.write(_EVENT, when, STEP, batch, item, "", old.value, new.value, who, why, "")
            self._touch(item)
        return True

    def _other_live(self, item: Item, **system: str) -> int | None:
        link = self.live_item(item.connection, item.identifier, other_than=item.id, **system)
        return link.item if link else None

    def _derive(self, items: Iterable[int]) -> None:
        """Write the rows' columns from their devices, and count up their batches' revisions."""
        wanted = list(dict.fromkeys(items))
        for at in range(0, len(wanted), CHUNK):
            part = wanted[at : at + CHUNK]
            devices: dict[int, list[Device]] = {}
            for device in self._devices(f"WHERE d.item IN ({marks(part)}) ORDER BY d.id", *part):
                devices.setdefault(device.item, []).append(device)
            self._db.write_many(
                f"UPDATE items SET {_PROGRESS_SET} WHERE id = ?",
                [(*derive.progress_values(mine), item) for item, mine in devices.items()],
            )
            self._db.write(
                "UPDATE batches SET revision = revision + 1 "
                f"WHERE seq IN (SELECT batch FROM items WHERE id IN ({marks(part)}))", *part
            )

    def derive_again(self, item: int) -> None:
        self._derive([item])

    def _write_steps(
        self, devices: Sequence[Device], when: int, old: Progress, new: Progress, who: str, why: str, detail: str
    ) -> None:
        batches: dict[int, str] = {}  # by number, as events name them
        items = list({device.item for device in devices})
        for at in range(0, len(items), CHUNK):
            part = items[at : at + CHUNK]
            rows = self._db.read(f"SELECT id, batch FROM items WHERE id IN ({marks(part)})", *part)
            batches |= {row[0]: str(row[1]) for row in rows}
        self._db.write_many(
            _EVENT,
            [
                (when, STEP, batches[one.item], one.item, one.device_id, old.value, new.value, who, why, detail)
                for one in devices
            ],
        )


def _step_set(
    new: Progress, when: int, outcome: Outcome | None, call: str | None
) -> tuple[str, tuple[Value, ...]]:
    """The SET of a step: an outcome is kept until another one is told or the device is to be claimed again."""
    sets, values = "progress = ?, changed_at = ?", [new.value, when]
    if outcome is not None or new in (Progress.OPEN, Progress.QUEUED, Progress.SENDING):
        sets += f", {OUTCOME_SET}"
        values += outcome_values(outcome)  # type: ignore[arg-type]
    if call is not None:
        sets += ", call = ?"
        values.append(call or None)  # type: ignore[arg-type]
    return sets, tuple(values)
