"""The desk's account of each device beside the server's own ledger; both are read with plain SQL."""

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


def compare(protocol: Protocol, folder: Path) -> Account:
    """Hold every device's account against the ledger."""
    ledger, account = _ledger(folder / "server.db", protocol), Account()
    reasons = _reasons(folder / "data" / "desk.db")
    for row in _rows(folder / "data" / "desk.db"):
        made, live = ledger.get(protocol.ledger_name(row.name), (0, 0))
        account.progress[f"{row.progress} {row.outcome}".strip()] += 1
        if row.progress == "held":
            account.held[f"{reasons.get(row.name, '')}, after {row.code or 'an answer that leaves it out'}"] += 1
        account.wrong += [f"{row.name}: {text}" for text in _wrong(protocol, row, made, live)]
    return account


def _wrong(protocol: Protocol, row: Row, made: int, live: int) -> list[str]:
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
    if row.progress == "held" and (protocol.always_settles or protocol.tells):
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


def _ledger(path: Path, protocol: Protocol) -> dict[str, tuple[int, int]]:
    """Claims ever made and live ones by a device's name at the server."""
    query = (
        "SELECT d.device_id, count(*), sum(c.slot IS NOT NULL) FROM claims c JOIN devices d ON d.id = c.device_id "
        "JOIN organizations o ON o.id = c.organization_id WHERE o.slug = 'example' AND d.vendor = ? GROUP BY 1"
    )
    with closing(_read_only(path)) as server:
        return {name: (made, live) for name, made, live in server.execute(query, (protocol.vendor,))}


def _rows(path: Path) -> list[Row]:
    query = "SELECT device_id, progress, outcome, how_known, outcome_code FROM devices WHERE inside IS NULL"
    with closing(_read_only(path)) as desk:
        return [Row(*(str(value or "") for value in row)) for row in desk.execute(query)]


def _reasons(path: Path) -> dict[str, str]:
    """Why each device that is held came to be, in the journal's words."""
    with closing(_read_only(path)) as desk:
        return dict(desk.execute("SELECT device_id, why FROM events WHERE new = 'held' ORDER BY id"))


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
