"""Rows of the tables as values of core."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from station.core.batch import Batch
from station.core.call import Call, CallDevice, CallState, Verb
from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder
from station.core.identifier import Identifier
from station.core.item import Check, Device, Event, Item, Link, Reason
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import SETTLED, Progress
from station.core.secret import Secret

from .secrets import SecretKeeping
from .values import maybe_read_time, member_of, read_identifier, read_time

BATCH_FIELDS = (
    "id", "connection", "kind", "opened_at", "address", "account", "target", "target_title", "operator", "revision",
    "closed_at", "paused", "name", "content", "unseen_kits", "on_table", "practice",
)
BATCH_COLUMNS = ", ".join(f"b.{name}" for name in BATCH_FIELDS)

LINKS = ("repeat_of", "inside", "again_of", "again_in")

OUTCOME_COLUMNS = ("outcome", "how_known", "handle", "outcome_place", "outcome_code", "outcome_text", "request_id")
OUTCOME_SET = ", ".join(f"{name} = ?" for name in OUTCOME_COLUMNS)

_ITEM_FIELDS = (
    "id", "connection", "number", "kind", "fields", "key", "secret_names", "secret", "scanned_at", "source",
    "symbology", "shown", "name", "claim_status", "what", "title", "device_type", "product_number", "device_count",
    "claimed_count", "holder", "place", "looked_up_at", "counts_differ", "would_be", "look_up", "progress",
    *(f"{progress.value}_devices" for progress in Progress), *OUTCOME_COLUMNS, "settled_at", "sent_at", "reason",
    *LINKS, "fits",
)
ITEM_NAMES = (*_ITEM_FIELDS, "batch_id", "target_title", "closed", "practice")
ITEM_COLUMNS = ", ".join(
    (*(f"i.{name}" for name in _ITEM_FIELDS), "b.id", "b.target_title", "b.closed_at IS NOT NULL", "b.practice")
)
"""What ``ITEM_NAMES`` says, in its order; columns that only a search looks at cost time to read."""
ITEM_FROM = "items i JOIN batches b ON b.seq = i.batch"


def read_batch(row: sqlite3.Row) -> Batch:
    return Batch(
        id=row["id"], connection=row["connection"], kind=row["kind"], opened_at=read_time(row["opened_at"]),
        address=row["address"], account=row["account"], target=row["target"], target_title=row["target_title"],
        operator=row["operator"], revision=row["revision"], closed_at=maybe_read_time(row["closed_at"]),
        paused=row["paused"], name=row["name"], content=row["content"], unseen_kits=bool(row["unseen_kits"]),
        on_table=bool(row["on_table"]), practice=bool(row["practice"]),
    )


_TALLY = tuple((progress, f"{progress.value}_devices") for progress in Progress)

Columns = Mapping[str, Any]
"""One row by its columns' names: of many columns a dictionary is read twice as quickly as SQLite's own row."""

_PROGRESSES, _STATUSES, _HOLDERS = member_of(Progress), member_of(ClaimStatus), member_of(Holder)
_CHECKS, _REASONS = member_of(Check), member_of(Reason)


def read_item(row: Columns, links: Mapping[int, Link], secrets: SecretKeeping) -> Item:
    progress = _PROGRESSES[row["progress"]]
    had = secrets.of(row["id"], row["key"], row["secret_names"], row["secret"])
    lost = bool(row["secret_names"]) and not had and progress not in SETTLED
    if row["secret_names"] and not had and not lost:
        # Erased when the row was settled: it lacks nothing, its secret is just not known any more.
        had = tuple((name, Secret("")) for name in row["secret_names"].split(","))
    return Item(
        id=row["id"], batch=row["batch_id"], connection=row["connection"], target_title=row["target_title"],
        number=row["number"], identifier=read_identifier(row["kind"], row["fields"], had),
        scanned_at=read_time(row["scanned_at"]), source=row["source"], symbology=row["symbology"], shown=row["shown"],
        name=row["name"], claim_status=_STATUSES[row["claim_status"]], what=row["what"], title=row["title"],
        device_type=row["device_type"], product_number=row["product_number"], device_count=row["device_count"],
        claimed_count=row["claimed_count"], holder=_HOLDERS[row["holder"]], place=row["place"],
        looked_up_at=maybe_read_time(row["looked_up_at"]), counts_differ=bool(row["counts_differ"]),
        would_be=row["would_be"], check=_CHECKS[row["look_up"]], progress=progress,
        tally=tuple((progress, count) for progress, column in _TALLY if (count := row[column])),
        outcome=read_outcome([row[name] for name in OUTCOME_COLUMNS]), settled_at=maybe_read_time(row["settled_at"]),
        sent_at=maybe_read_time(row["sent_at"]),
        reason=Reason.NEEDS_SECRET if lost else _REASONS[row["reason"]],
        repeat_of=links.get(row["repeat_of"]), inside=links.get(row["inside"]), again_of=links.get(row["again_of"]),
        again_in=links.get(row["again_in"]), closed=bool(row["closed"]), fits=row["fits"],
        practice=bool(row["practice"]),
    )


def read_link(row: sqlite3.Row) -> Link:
    return Link(row["id"], row["number"], row["batch_id"], read_time(row["scanned_at"]), bool(row["on_table"]))


def read_outcome(values: Sequence[Any]) -> Outcome | None:
    """Of ``OUTCOME_COLUMNS``, in their order."""
    kind, how_known, *told = values
    return None if kind is None else Outcome(OutcomeKind(kind), HowKnown(how_known), *told)


def outcome_values(outcome: Outcome | None) -> tuple[str | None, ...]:
    """For the columns of ``OUTCOME_COLUMNS``."""
    if outcome is None:
        return (None, "", "", "", "", "", "")
    return (
        outcome.kind.value, outcome.how_known.value, outcome.handle, outcome.place, outcome.code, outcome.text,
        outcome.request_id,
    )


_DEVICE_FIELDS = (
    "id", "item", "device_id", "status", "ref", "type", "product_number", "holder", "place", "found_handle", "owned",
    "progress", "call", "inside", "changed_at", *OUTCOME_COLUMNS,
)
DEVICE_COLUMNS = ", ".join(f"d.{name}" for name in _DEVICE_FIELDS)
QUEUED_COLUMNS = f"{DEVICE_COLUMNS}, i.kind, i.fields, i.key, i.secret_names, i.secret"


def read_device(row: Sequence[Any], links: Mapping[int, Link]) -> Device:
    """Of ``DEVICE_COLUMNS``, in their order."""
    one, item, device_id, status, ref, what, product, holder, place, handle, owned, *rest = row
    progress, call, inside, changed_at, *outcome = rest
    found = FoundDevice(device_id, _STATUSES[status], ref, what, product, _HOLDERS[holder], place, handle, bool(owned))
    return Device(
        id=one, item=item, found=found, progress=_PROGRESSES[progress], outcome=read_outcome(outcome), call=call or "",
        inside=links.get(inside), changed_at=maybe_read_time(changed_at),
    )


def read_queued_device(row: sqlite3.Row, secrets: SecretKeeping) -> tuple[Identifier, Device]:
    """Of ``QUEUED_COLUMNS``, in their order; it is inside no other row."""
    kind, fields, key, names, sealed = row[len(_DEVICE_FIELDS) :]
    device = read_device(row[: len(_DEVICE_FIELDS)], {})
    return read_identifier(kind, fields, secrets.of(device.item, key, names, sealed)), device


def found_values(found: FoundDevice) -> tuple[str | int, ...]:
    """For the columns ref, status, holder, place, type, product_number, found_handle, owned."""
    return (
        found.ref, found.status.value, found.holder.value, found.place, found.type, found.product_number, found.handle,
        int(found.owned),
    )


def _read_found(one: Sequence[Any]) -> FoundDevice:
    """A device of a kept finding: its ID and ``found_values``; version 1 did not write the last."""
    device_id, ref, status, holder, place, device_type, product, handle = one[:8]
    return FoundDevice(
        device_id, ClaimStatus(status), ref, device_type, product, Holder(holder), place, handle, any(one[8:9])
    )


def read_event(row: sqlite3.Row) -> Event:
    return Event(
        read_time(row["at"]), row["what"], row["batch_id"], row["item"], row["device_id"], row["old"], row["new"],
        row["who"], row["why"], row["detail"],
    )


def read_call(row: sqlite3.Row, devices: tuple[CallDevice, ...]) -> Call:
    return Call(
        key=row["key"], number=row["number"], verb=Verb(row["verb"]), connection=row["connection"], kind=row["kind"],
        address=row["address"], account=row["account"], target=row["target"], devices=devices,
        operator=row["operator"], request_id=row["request_id"], made_at=read_time(row["made_at"]), batch=row["batch"],
        state=CallState(row["state"]), tries=row["tries"], sent_at=maybe_read_time(row["sent_at"]),
        answer=row["answer"], values=tuple(json.loads(row["given"]).items()),
        secrets=tuple((name, Secret("")) for name in row["secret_fields"].split(",") if name),
    )


def read_call_device(row: sqlite3.Row, secrets: SecretKeeping) -> CallDevice:
    bare = read_identifier(row["kind"], row["fields"])
    had = secrets.of(row["item"], bare.key, row["secret_names"], row["secret"])
    return CallDevice(
        row["device"], row["device_id"], row["ref"], read_identifier(row["kind"], row["fields"], had), row["name"],
        row["handle"],
    )


def read_finding(row: sqlite3.Row, identifier: Identifier) -> Finding:
    return Finding(
        identifier=identifier, status=ClaimStatus(row["status"]), at=read_time(row["at"]), what=row["what"],
        title=row["title"],
        devices=tuple(_read_found(one) for one in json.loads(row["devices"])),
        counts=None if row["total"] is None else (row["total"], row["claimed"]),
        would_be=tuple((one, code) for one, code in json.loads(row["would_be"])), raw=row["raw"],
    )
