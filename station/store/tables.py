"""The desk's tables: what the migrations lead to.

Only migrations and tests import this (SQLAlchemy takes longer to import than the window to paint); the running
program talks to SQLite in plain statements. ``python -m station.store.tables`` prints the statements.
"""

from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from station.core.call import CallState, Verb
from station.core.finding import ClaimStatus, Holder
from station.core.item import Check
from station.core.outcome import HowKnown, OutcomeKind
from station.core.progress import Progress

from .following import FIELDS, KEY, SCAN, SHOWN
from .triggers import CLAIMABLE, PROBLEM, TRIGGERS

metadata = MetaData()


def _text(name: str, default: str = "", *, key: bool = False) -> "Column[str]":
    """A text that is never NULL."""
    return Column(name, Text, nullable=False, server_default=None if key else default, primary_key=key)


def _number(name: str, default: str = "0") -> "Column[int]":
    return Column(name, Integer, nullable=False, server_default=text(default))


def _needed(name: str) -> "Column[str]":
    return Column(name, Text, nullable=False)


def _maybe(name: str) -> "Column[str]":
    return Column(name, Text)


def _time(name: str, *, needed: bool = False) -> "Column[int]":
    """Microseconds since 1970, in tables with a row or more for each scan: a time as a text is four times as long."""
    return Column(name, Integer, nullable=not needed)


def _link(name: str, other: str, *, needed: bool = False) -> "Column[int]":
    # Links between rows are checked at the end of the transaction: rows of one family are written in any order.
    return Column(
        name, Integer, ForeignKey(other, deferrable=None if needed else True, initially=None if needed else "DEFERRED"),
        nullable=not needed,
    )


def _words(table: str, column: str, words: type[StrEnum], *, none: bool = False) -> CheckConstraint:
    # Not IN (…): SQLite would build a table of the words for each row that is written.
    rule = " OR ".join([f"{column} IS NULL"] * none + [f"{column} = '{word.value}'" for word in words])
    return CheckConstraint(rule, name=f"{table}_{column}")


def _outcome() -> tuple["Column[str]", ...]:
    """What became of it; ``outcome`` is NULL while nothing is known."""
    return (_maybe("outcome"), _text("how_known"), _text("handle"), _text("outcome_place"), _text("outcome_code"),
            _text("outcome_text"), _text("request_id"))


def _outcome_words(table: str) -> tuple[CheckConstraint, ...]:
    return _words(table, "outcome", OutcomeKind, none=True), _words(table, "how_known", HowKnown)


meta = Table("meta", metadata, _text("name", key=True), _needed("value"), sqlite_with_rowid=False)

batches = Table(
    "batches", metadata,
    Column("seq", Integer, primary_key=True), Column("id", Text, nullable=False, unique=True),
    _needed("connection"), _needed("kind"), _needed("opened_at"), _text("address"), _text("account"), _text("target"),
    _text("target_title"), _text("operator"), _number("revision"), _maybe("closed_at"), _text("paused"), _text("name"),
    _text("content"), _number("unseen_kits"), _number("on_table", "1"), _number("practice"),
    # counters, kept by triggers
    _number("scanned"), _number("ready"), _number("problems"), _number("queued"), _number("sending"),
    _number("unknown"), _number("claimed"), _number("checking"), _number("unchecked"),
    _number("numbered"),  # the highest number that a name of this batch was given: none is used twice
    _number("highest"),  # the highest number that a row of this batch was given, kept by triggers
    Index("batches_on_table", "highest", sqlite_where=Column("on_table") == 1),
)
Index("batches_closed", batches.c.closed_at, sqlite_where=batches.c.queued > 0)
Index("batches_open", batches.c.seq, sqlite_where=batches.c.closed_at.is_(None))
Index("batches_named", batches.c.name, sqlite_where=batches.c.name != "")
Index("batches_queued", batches.c.connection, batches.c.seq, sqlite_where=batches.c.queued > 0)

items = Table(
    "items", metadata,
    Column("id", Integer, primary_key=True), _link("batch", "batches.seq", needed=True), _number("number"),
    _needed("connection"), _needed("kind"), _needed("text"),
    _number("complete", "1"), _text("secret_names"), Column("secret", LargeBinary),
    _text("symbology"), _needed("source"), _time("scanned_at", needed=True), _text("name"),
    _text("claim_status", "unchecked"), _text("what"), _text("title"), _text("device_type"), _text("product_number"),
    _number("device_count"), _number("claimed_count"), _text("holder"), _text("place"), _time("looked_up_at"),
    _number("counts_differ"), _text("would_be"), _text("look_up"),
    _text("progress", "open"), _number("live", "1"),
    *(_number(f"{progress.value}_devices") for progress in Progress),
    *_outcome(), _time("settled_at"), _time("sent_at"), _text("reason"),
    _link("repeat_of", "items.id"), _link("inside", "items.id"), _link("again_of", "items.id"),
    _link("again_in", "items.id"), _text("fits"), _text("search"),
    Column("claimable", Integer, Computed(CLAIMABLE, persisted=False)),
    Column("problem", Integer, Computed(PROBLEM, persisted=False)),
    # what mostly follows from the text and is written only where it does not
    _maybe("own_fields"), _maybe("own_shown"),
    Column("key", Text, Computed(KEY, persisted=False)), Column("fields", Text, Computed(FIELDS, persisted=False)),
    Column("shown", Text, Computed(SHOWN, persisted=False)),
    Column("scan", LargeBinary, Computed(SCAN, persisted=False)),
    # long ones last, so that a look at the others does not read them
    _number("sealed"), Column("own_scan", LargeBinary), _text("raw_finding"),
    _number("made_name"), _number("name_number"),  # whether the name was made by a pattern, and its number
    _words("items", "progress", Progress), _words("items", "claim_status", ClaimStatus),
    _words("items", "holder", Holder), _words("items", "look_up", Check), *_outcome_words("items"),
    # Rows are never deleted, so no ID is ever used twice, and each scan is spared a write to SQLite's own sequence.
)
Index("items_number", items.c.batch, items.c.number, items.c.progress)
Index("items_live", items.c.key, sqlite_where=(items.c.live == 1) & items.c.repeat_of.is_(None)
      & items.c.inside.is_(None))
Index("items_half", items.c.batch, items.c.id, sqlite_where=(items.c.complete == 0) & (items.c.progress == "open"))
Index("items_queued", items.c.batch, items.c.number, sqlite_where=items.c.queued_devices > 0)
Index("items_secret", items.c.batch, sqlite_where=items.c.secret_names != "")
Index("items_repeat", items.c.repeat_of, sqlite_where=items.c.repeat_of.is_not(None))
Index("items_inside", items.c.inside, sqlite_where=items.c.inside.is_not(None))

devices = Table(
    "devices", metadata,
    Column("id", Integer, primary_key=True), _link("item", "items.id", needed=True), _needed("device_id"), _text("ref"),
    _text("status", "unchecked"), _text("holder"), _text("place"), _text("type"), _text("product_number"),
    _text("found_handle"), _text("progress", "open"), *_outcome(),
    Column("call", Text, ForeignKey("calls.key", deferrable=True, initially="DEFERRED")),
    _link("inside", "items.id"), _time("changed_at"),
    _number("owned"), _text("name"), _number("name_number"), _text("target"), _text("labels", "{}"),
    _words("devices", "progress", Progress), _words("devices", "status", ClaimStatus),
    _words("devices", "holder", Holder), *_outcome_words("devices"),
    sqlite_autoincrement=True,
)
Index("devices_item", devices.c.item)
Index("devices_live", devices.c.device_id, sqlite_where=devices.c.inside.is_(None))
Index("devices_inside", devices.c.inside, sqlite_where=devices.c.inside.is_not(None))
Index("devices_call", devices.c.call, sqlite_where=devices.c.call.is_not(None))

findings = Table(
    "findings", metadata,
    Column("id", Integer, primary_key=True), _needed("connection"), _needed("key"), _needed("status"), _needed("at"),
    _text("what"), _text("title"), Column("total", Integer), Column("claimed", Integer), _text("devices", "[]"),
    _text("would_be", "[]"), _text("raw"),
    _words("findings", "status", ClaimStatus),
)
Index("findings_key", findings.c.connection, findings.c.key, unique=True)

calls = Table(
    "calls", metadata,
    _text("key", key=True), Column("number", Integer, nullable=False, unique=True), _needed("verb"),
    _needed("connection"), _needed("kind"), _text("address"), _text("account"), _text("target"), _text("operator"),
    _text("request_id"), _needed("made_at"), _text("batch"), _text("state", "sending"), _number("tries"),
    _maybe("sent_at"), _text("answer"), _text("given", "{}"), _text("secret_fields"),
    _words("calls", "verb", Verb), _words("calls", "state", CallState),
)
Index("calls_state", calls.c.state, calls.c.number)
Index("calls_batch", calls.c.batch, calls.c.number)

call_devices = Table(
    "call_devices", metadata,
    Column("id", Integer, primary_key=True), Column("call", Text, ForeignKey("calls.key"), nullable=False),
    _number("device"), _number("item"), _needed("device_id"), _text("ref"), _needed("kind"), _needed("fields"),
    _text("secret_names"), Column("secret", LargeBinary), _text("name"), _text("handle"),
)
Index("call_devices_call", call_devices.c.call)
Index("call_devices_item", call_devices.c.item)

events = Table(
    "events", metadata,
    Column("id", Integer, primary_key=True), _time("at", needed=True), _needed("what"), _text("batch"), _number("item"),
    _text("device_id"), _text("old"), _text("new"), _text("who"), _text("why"), _text("detail"),
)
Index("events_item", events.c.item, sqlite_where=events.c.item != 0)
Index("events_batch", events.c.batch, sqlite_where=events.c.batch != "")

refused_scans = Table(
    "refused_scans", metadata,
    Column("id", Integer, primary_key=True), _needed("scanned_at"), _needed("source"), _text("symbology"),
    _text("shown"), _needed("refusal"), _number("sealed"), Column("data", LargeBinary),
)


def statements() -> tuple[str, ...]:
    """All that makes an empty file a desk's database of the present version."""
    dialect = sqlite.dialect()
    made: list[str] = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        made += [str(CreateIndex(index).compile(dialect=dialect)) for index in sorted(table.indexes, key=_name)]
    return (*made, *TRIGGERS)


def _name(index: Index) -> str:
    return str(index.name)


if __name__ == "__main__":
    print(";\n".join(statements()))  # noqa: T201 - a command's answer
