# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""What every part of the store has at hand."""

from collections.abc import Iterable, Sequence

from station.core.item import Item, Link

from .connection import Connection
from .rows import ITEM_COLUMNS, ITEM_FROM, ITEM_NAMES, LINKS, read_item, read_link
from .secrets import SecretKeeping

CHUNK = 400


class Part:
    """A part of the store: the connection, and where secrets are."""

    def __init__(self, connection: Connection, secrets: SecretKeeping) -> None:
        self._db = connection
        self._secrets = secrets
        connection.raw.create_function("secret_known", 2, secrets.known)

    def _links(self, ids: Iterable[int | None]) -> dict[int, Link]:
        """The rows that others point to, by item ID."""
        wanted = sorted({one for one in ids if one})
        found: dict[int, Link] = {}
        for at in range(0, len(wanted), CHUNK):
            part = wanted[at : at + CHUNK]
            rows = self._db.read(
                "SELECT i.id, i.number, i.scanned_at, b.id AS batch_id, b.on_table FROM "
                f"{ITEM_FROM} WHERE i.id IN ({marks(part)})", *part
            )
            found |= {row["id"]: read_link(row) for row in rows}
        return found

    def _items(self, where: str, *values: str | int) -> list[Item]:
        """The rows of a condition, with their links."""
        found = self._db.read(f"SELECT {ITEM_COLUMNS} FROM {ITEM_FROM} {where}", *values)
        rows = [dict(zip(ITEM_NAMES, row, strict=True)) for row in found]
        links = self._links(row[name] for row in rows for name in LINKS)
        return [read_item(row, links, self._secrets) for row in rows]


def marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
