# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""Writing rows: a scan at once, and what is changed of a row later."""

from collections.abc import Sequence
from typing import Protocol

from station.core.identifier import Identifier
from station.core.item import Check, Reason
from station.core.scan import Scan

from .batches import BatchWrites
from .connection import Value
from .following import KEEP_SCAN, own_fields, own_scan, own_shown
from .items import ItemReads
from .values import read_identifier, read_time, search_text, time_number, time_text


class NewItem(Protocol):
    """A row to be written, as the desk says it."""

    @property
    def batch(self) -> str: ...
    @property
    def connection(self) -> str: ...
    @property
    def identifier(self) -> Identifier: ...
    @property
    def scan(self) -> Scan: ...
    @property
    def shown(self) -> str: ...
    @property
    def sealed(self) -> bool: ...
    @property
    def name(self) -> str: ...
    @property
    def repeat_of(self) -> int: ...
    @property
    def inside(self) -> int: ...
    @property
    def again_of(self) -> int: ...
    @property
    def fits(self) -> str: ...
    @property
    def check(self) -> Check: ...


# Removed rows count too: no number on the table ever names two rows.
_NEXT = "(SELECT coalesce(max(t.highest), 0) + 1 FROM batches t WHERE t.on_table = 1)"
_COLUMNS = (
    "connection, kind, own_fields, text, complete, secret_names, secret, symbology, source, scanned_at, own_shown, "
    "name, look_up, repeat_of, inside, again_of, fits, search, sealed, own_scan"
)
_ADD = (
    f"INSERT INTO items (batch, number, {_COLUMNS}) SELECT b.seq, {_NEXT}, "
    + ", ".join("?" * 20)
    + " FROM batches b WHERE b.id = ?"
)
"""One statement: the number by a look at the table, the batch's counters and revision by its trigger."""


class ItemWrites(ItemReads, BatchWrites):
    def add_item(self, new: NewItem) -> int:
        """Raise ``LookupError`` where there is no such batch."""
        identifier, scan = new.identifier, new.scan
        text = identifier.text
        sealed = self._secrets.sealed(identifier)
        kept = self._secrets.seal_scan(scan.data, time_text(scan.at), secret=new.sealed)
        done = self._db.write(
            _ADD, new.connection, identifier.kind.value, own_fields(identifier), text,
            0 if identifier.missing else 1, self._secrets.names(identifier), sealed, scan.symbology, scan.source,
            time_number(scan.at), own_shown(new.shown, kept, sealed=new.sealed), new.name, new.check.value,
            new.repeat_of or None, new.inside or None, new.again_of or None, new.fits, search_text(text, new.name),
            int(new.sealed), own_scan(kept, text, sealed=new.sealed), new.batch,
        )
        item = done.lastrowid
        if done.rowcount != 1 or item is None:
            raise LookupError(f"no batch {new.batch}")
        if identifier.secrets and sealed is None:
            self._remember(item, identifier)
        return item

    def change_item(
        self,
        item: int,
        *,
        identifier: Identifier | None = None,
        name: str | None = None,
        check: Check | None = None,
        reason: Reason | None = None,
        repeat_of: int | None = None,
        inside: int | None = None,
        again_in: int | None = None,
        batch: str | None = None,
        fits: str | None = None,
        would_be: str | None = None,
    ) -> None:
        if batch is not None:
            self._move_item(item, batch)
        if identifier is not None:
            self._change_identifier(item, identifier)
        links = {"repeat_of": repeat_of, "inside": inside, "again_in": again_in}
        changes: dict[str, Value] = {column: link or None for column, link in links.items() if link is not None}
        words = {"name": name, "look_up": check, "reason": reason, "fits": fits, "would_be": would_be}
        changes |= {column: str(word) for column, word in words.items() if word is not None}
        if changes:
            sets = ", ".join(f"{column} = ?" for column in changes)
            self._db.write(f"UPDATE items SET {sets} WHERE id = ?", *changes.values(), item)
        if identifier is not None or changes.keys() - {"look_up", "reason", "again_in", "would_be"}:
            self._touch(item)
        if identifier is not None or name is not None:
            self._write_search(item)

    def hide_scan(self, item: int, shown: str) -> None:
        """What was scanned for a row has turned out to be a secret: it is sealed, and shown in this way."""
        row = self._db.one("SELECT scan, scanned_at, sealed FROM items WHERE id = ?", item)
        if row is not None and not row["sealed"]:
            scanned_at = time_text(read_time(row["scanned_at"]))
            kept = self._secrets.seal_scan(row["scan"] or b"", scanned_at, secret=True)
            self._db.write("UPDATE items SET own_scan = ?, sealed = 1 WHERE id = ?", kept, item)
        self._db.write("UPDATE items SET own_shown = ? WHERE id = ?", shown, item)

    def forget_secrets(self, items: Sequence[int]) -> None:
        for item in items:
            self._db.undone.append(self._secrets.forget(item))
            self._db.write(
                "UPDATE items SET secret = NULL, own_scan = CASE WHEN sealed THEN NULL ELSE own_scan END "
                "WHERE id = ? AND (secret IS NOT NULL OR sealed)", item,
            )
            self._db.write("UPDATE call_devices SET secret = NULL WHERE item = ? AND secret IS NOT NULL", item)

    def seal_waiting(self) -> int:
        """Seal what is in memory only, once a seal is to be had; gives how many rows that were."""
        sealed = 0
        for item, key, secrets in self._secrets.waiting():
            row = self._db.one("SELECT kind, fields, key FROM items WHERE id = ?", item)
            if row is None or row["key"] != key:
                continue
            identifier = read_identifier(row["kind"], row["fields"], secrets)
            kept = self._secrets.sealed(identifier)
            if kept is not None:
                self._db.write("UPDATE items SET secret = ? WHERE id = ?", kept, item)
                self._db.write("UPDATE call_devices SET secret = ? WHERE item = ? AND secret_names != ''", kept, item)
                sealed += 1
        return sealed

    def _move_item(self, item: int, batch: str) -> None:
        seq = self._db.value("SELECT seq FROM batches WHERE id = ?", batch)
        if seq is None:
            raise LookupError(f"no batch {batch}")
        self._db.write(
            "UPDATE items SET batch = ?, connection = (SELECT connection FROM batches WHERE seq = ?), "
            f"number = {_NEXT} WHERE id = ? AND batch != ?", seq, seq, item, seq,
        )

    def _change_identifier(self, item: int, identifier: Identifier) -> None:
        sealed = self._secrets.sealed(identifier)
        self._db.undone.append(self._secrets.forget(item))
        if identifier.secrets and sealed is None:
            self._remember(item, identifier)
        self._db.write(
            f"UPDATE items SET {KEEP_SCAN}, kind = ?, own_fields = ?, text = ?, complete = ?, secret_names = ?, "
            "secret = ? WHERE id = ?", identifier.kind.value, own_fields(identifier), identifier.text,
            0 if identifier.missing else 1, self._secrets.names(identifier), sealed, item,
        )

    def _remember(self, item: int, identifier: Identifier) -> None:
        self._secrets.remember(item, identifier)
        # A row that is not kept leaves its ID to another row.
        self._db.undone.append(lambda: void(self._secrets.forget(item)))

    def _write_search(self, item: int) -> None:
        row = self._db.one("SELECT text, name, title, what, device_type, product_number FROM items WHERE id = ?", item)
        if row is not None:
            self._db.write("UPDATE items SET search = ? WHERE id = ?", search_text(*row), item)


def void(_answer: object) -> None:
    """Take no notice of an answer."""
