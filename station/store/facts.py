# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""What is kept of a device beside its progress: its name and number, where it was moved to, its labels."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from .base import Part
from .batches import BatchWrites
from .values import search_text


class Kept(NamedTuple):
    """Of one device: ``number`` is the one in its name (0 for none), ``target`` the ID that it was moved to."""

    name: str = ""
    number: int = 0
    target: str = ""
    labels: tuple[tuple[str, str], ...] = ()


class FactReads(Part):
    def kept(self, item: int) -> dict[int, Kept]:
        """By device."""
        rows = self._db.read(
            "SELECT id, name, name_number, target, labels FROM devices WHERE item = ? ORDER BY id", item
        )
        return {
            row["id"]: Kept(row["name"], row["name_number"], row["target"], tuple(json.loads(row["labels"]).items()))
            for row in rows
        }

    def made_name(self, item: int) -> tuple[bool, int]:
        """Whether a row's name was made by a pattern, and the number that the row was given for it (0: none yet)."""
        row = self._db.one("SELECT made_name, name_number FROM items WHERE id = ?", item)
        return (bool(row["made_name"]), int(row["name_number"])) if row else (False, 0)


class FactWrites(FactReads, BatchWrites):
    def next_name_number(self, batch: str) -> int:
        """A number that no name of this batch was given before, whatever became of its row."""
        self._db.write("UPDATE batches SET numbered = numbered + 1 WHERE id = ?", batch)
        return int(self._db.value("SELECT numbered FROM batches WHERE id = ?", batch) or 0)

    def put_made_name(self, item: int, name: str, number: int, *, made: bool = True) -> None:
        """Name a row by a pattern, or with ``made`` false take note that a person named it; the number stays its own.

        A new name counts the batch's revision up: it is sent with the claim.
        """
        if self._db.value("SELECT name FROM items WHERE id = ?", item) != name:
            self._touch(item)
        self._db.write(
            "UPDATE items SET name = ?, made_name = ?, name_number = ? WHERE id = ?", name, int(made), number, item
        )
        row = self._db.one("SELECT text, name, title, what, device_type, product_number FROM items WHERE id = ?", item)
        if row is not None:
            self._db.write("UPDATE items SET search = ? WHERE id = ?", search_text(*row), item)

    def change_device(
        self,
        device: int,
        *,
        name: str | None = None,
        number: int | None = None,
        target: str | None = None,
        place: str | None = None,
        handle: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """Change what is kept of a device. ``place`` and ``handle`` are its outcome's; labels are replaced whole."""
        told = {
            "name": name, "name_number": number, "target": target, "outcome_place": place, "handle": handle,
            "labels": None if labels is None else json.dumps(dict(labels), ensure_ascii=False),
        }
        changes = {column: value for column, value in told.items() if value is not None}
        if changes:
            sets = ", ".join(f"{column} = ?" for column in changes)
            self._db.write(f"UPDATE devices SET {sets} WHERE id = ?", *changes.values(), device)
