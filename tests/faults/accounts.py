"""The desk's account of each device beside the server's own ledger; both are read with plain SQL."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from .fault import AT_THE_DOOR, Fault
from .protocols import Protocol

CAUSES = {"connect": Fault.REFUSED, "tls": Fault.UNTRUSTED, "dns": Fault.NO_NAME}


@dataclass
class Account:
    """What is held is counted by why; ``wrong`` is what must not be."""

    progress: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One device as the desk has it."""

    name: str
    progress: str
    outcome: str
    how_known: str
    code: str


def compare(
    protocol: Protocol, desk: Path, server: Path, *, restarted: bool = False, hour_s: float = 3600.0
) -> Account:
    """Hold every device's account against the ledger. ``restarted``: the desk was since the person's Claim, so that a
    device that is shown to be free is not sent again by itself; nor is it an hour after Claim, ``hour_s`` real seconds.
    """
    claims, account = ledger(server, protocol), Account()
    reasons, old = _reasons(desk), _old(desk, hour_s)
    for row in rows(desk):
        made, live = claims.get(protocol.ledger_name(row.name), (0, 0))
        account.progress[f"{row.progress} {row.outcome}".strip()] += 1
        if row.progress == "held":
            account.held[f"{reasons.get(row.name, '')}, after {row.code or 'an answer that leaves it out'}"] += 1
        always = protocol.always_settles or (protocol.tells and not restarted and row.name not in old)
        why = f" ({reasons[row.name]})" if row.progress == "held" and row.name in reasons else ""
        account.wrong += [f"{row.name}: {text}{why}" for text in _wrong(row, made, live, always=always)]
    return account


def _wrong(row: Row, made: int, live: int, *, always: bool) -> list[str]:
    said = f"{row.progress} {row.outcome}".strip()
    found = []
    if made > 1:
        found.append(f"claimed {made} times")
    if row.progress == "claimed" and not live:
        found.append(f"{said}, and the server has no claim")
    if row.progress == "claimed" and row.how_known not in ("answer", "read-back"):
        found.append(f"{said}, and nobody answered or read that: {row.how_known or 'not known'}")
    if row.progress in ("refused", "open", "queued", "sending") and live:
        found.append(f"{said}, and the server has our claim")
    if row.outcome == "already_claimed" and made:
        found.append(f"{said}, and it was our own claim")
    if row.progress in ("queued", "sending", "unknown"):
        found.append(f"not settled in time: {row.progress}")
    if row.progress == "held" and always:
        found.append("held, though this protocol can always tell")
    if row.progress == "held" and live:
        found.append("held, though a read-back shows that it is ours")
    return found


def correct(desk: Path, spoiled: Counter[tuple[str, Fault]]) -> None:
    """What met a connection was counted by what was expected of it; the desk's journal knows which were claims."""
    with closing(_read_only(desk)) as journal:
        causes = Counter(
            str(row[0]).partition(":")[0]
            for row in journal.execute("SELECT answer FROM calls WHERE verb = 'claim' AND state = 'not_sent'")
        )
    for cause, fault in CAUSES.items():
        met = spoiled["claim", fault]
        known = min(causes[cause], met)
        spoiled["claim", fault] = known
        spoiled["read", fault] += met - known
    for key in [key for key, count in spoiled.items() if not count and key[1] in AT_THE_DOOR]:
        del spoiled[key]


def identifiers(desk: Path) -> set[str]:
    """The rows' identifiers as they are written in answers, without what is secret."""
    with closing(_read_only(desk)) as opened:
        return {row[0] for row in opened.execute("SELECT text FROM items")}


def calls_under_way(desk: Path) -> int:
    """How many calls the desk has written down as sent and not as answered."""
    with closing(_read_only(desk)) as opened:
        return int(opened.execute("SELECT count(*) FROM calls WHERE state = 'sending'").fetchone()[0])


def last_call(desk: Path) -> int:
    """The number of the newest call."""
    with closing(_read_only(desk)) as opened:
        return int(opened.execute("SELECT coalesce(max(number), 0) FROM calls").fetchone()[0])


def rows_of_calls(desk: Path, after: int) -> set[int]:
    """The rows that calls with a higher number name."""
    query = "SELECT DISTINCT d.item FROM call_devices d JOIN calls c ON c.key = d.call WHERE c.number > ?"
    with closing(_read_only(desk)) as opened:
        return {row[0] for row in opened.execute(query, (after,))}


def ledger(path: Path, protocol: Protocol) -> dict[str, tuple[int, int]]:
    """Claims ever made and live ones by a device's name at the server."""
    query = (
        "SELECT d.device_id, count(*), sum(c.slot IS NOT NULL) FROM claims c JOIN devices d ON d.id = c.device_id "
        "JOIN organizations o ON o.id = c.organization_id WHERE o.slug = 'example' AND d.vendor = ? GROUP BY 1"
    )
    with closing(_read_only(path)) as server:
        return {name: (made, live) for name, made, live in server.execute(query, (protocol.vendor,))}


def rows(path: Path) -> list[Row]:
    query = "SELECT device_id, progress, outcome, how_known, outcome_code FROM devices WHERE inside IS NULL"
    with closing(_read_only(path)) as desk:
        return [Row(*(str(value or "") for value in row)) for row in desk.execute(query)]


@dataclass(frozen=True)
class Standing:
    """A claimed device after what was done with it, as the desk has it or as the server does."""

    item: int
    name: str
    live: bool
    target: str
    called: str
    room: str
    """Its label ``room``."""


def at_server(server: Path, protocol: Protocol) -> dict[str, Standing]:
    """Each live claim, by a device's name at the server; ``target`` as the desk names it."""
    query = (
        "SELECT d.device_id, p.slug, p.id, coalesce(c.name, ''), coalesce(c.labels, '{}') FROM claims c JOIN devices d "
        "ON d.id = c.device_id JOIN projects p ON p.id = c.project_id WHERE c.slot IS NOT NULL AND d.vendor = ?"
    )
    with closing(_read_only(server)) as opened:
        found = opened.execute(query, (protocol.vendor,)).fetchall()
    return {
        name: Standing(0, name, True, str(number) if protocol.target_slug else slug, called, _room(labels))
        for name, slug, number, called, labels in found
    }


def at_desk(desk: Path) -> list[Standing]:
    """``target`` is empty until the device was moved, ``called`` until it was named."""
    query = "SELECT item, device_id, progress, coalesce(target, ''), name, labels FROM devices WHERE inside IS NULL"
    with closing(_read_only(desk)) as opened:
        found = opened.execute(query).fetchall()
    return [
        Standing(item, name, progress == "claimed", target, called, _room(labels))
        for item, name, progress, target, called, labels in found
        if progress in ("claimed", "released")
    ]


def _room(labels: str) -> str:
    return str(json.loads(labels).get("room", ""))


def _reasons(path: Path) -> dict[str, str]:
    """Why each device that is held came to be, in the journal's words."""
    with closing(_read_only(path)) as desk:
        return dict(desk.execute("SELECT device_id, why FROM events WHERE new = 'held' ORDER BY id"))


def _old(desk: Path, hour_s: float) -> set[str]:
    """What was shown to be free only after the hour in which Claim counts."""
    query = (
        "SELECT e.device_id FROM events e JOIN items i ON i.id = e.item JOIN batches b ON b.seq = i.batch WHERE "
        "e.new = 'held' AND e.why = 'read_back.free' AND e.at / 1e6 - (julianday(b.closed_at) - 2440587.5) * 86400 > ?"
    )
    with closing(_read_only(desk)) as opened:
        return {row[0] for row in opened.execute(query, (hour_s,))}


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
