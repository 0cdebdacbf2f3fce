"""Whether the whole loop works: a database, the server inside, a look-up, a dry run, a claim and its receipt."""

from datetime import UTC, datetime
from pathlib import Path

from station.commands.claiming import aim, settle
from station.commands.entries import entries_of
from station.commands.finding import look_up, rehearse
from station.commands.running import Session, running
from station.core.outcome import OutcomeKind
from station.core.receipt import Receipt
from station.desk import history, orders
from station.desk.placing import place
from station.folders import Folders
from station.settings import Settings

from .told import Told

KIT = "maple-harbor-lantern"
DEVICES = 5
TARGET = "oslo-west"
OPERATOR = "self-test"


def write_and_read(home: Path) -> str:
    """Make the desk's database, write to it, and read it back from the file."""
    # Imported here: a database that cannot be imported is this step's failure and no other's.
    from station.store import open_store

    path = home / "self-test.db"
    store = open_store(path).store
    with store.transaction():
        store.put("self-test", "written")
    desk = store.desk_id()
    store.close()
    again = open_store(path).store
    try:
        if again.get("self-test") != "written" or again.desk_id() != desk or again.check():
            raise RuntimeError("what was written is not read back")
    finally:
        again.close()
    return f"{path.stat().st_size // 1024} KB written and read back"


def claim_one(folders: Folders, home: Path) -> Told:
    """Look a kit of the sample delivery up, rehearse, claim it, and write the receipt."""
    with running(sends=True, settings=Settings(), folders=folders) as session:
        standing = aim(session, session.stand(), TARGET)
        entries = look_up(session, standing, entries_of([KIT], "", {}, standing.accept))
        would = rehearse(session, standing, entries, OPERATOR)
        if [each.outcome for each in would] != [OutcomeKind.CLAIMED_NOW] * DEVICES:
            raise RuntimeError(f"the dry run says {[each.outcome for each in would]}")
        content = orders.digest(standing.connection, TARGET, [each.identifier for each in entries])
        placed = place(session.do, standing, "self-test", content, entries, OPERATOR)
        lines = settle(session, standing, placed.batch, 60.0)
        outcomes = [str(line.device.outcome.kind) if line.device.outcome else "" for line in lines]
        if outcomes != [OutcomeKind.CLAIMED_NOW] * DEVICES:
            raise RuntimeError(f"the claim came to {outcomes}")
        receipt = _receipt(session, placed.batch)
    kinds = _write(receipt, home)
    return Told(f"{DEVICES} devices claimed; receipt {', '.join(kinds)}", tuple(kinds))


def _receipt(session: Session, batch: str) -> Receipt:
    found = session.read(lambda reader: history.receipt(reader, batch, "self-test", datetime.now(UTC)))
    if found is None or len(found.lines) != DEVICES:
        raise RuntimeError("the receipt does not list what was claimed")
    return found


def _write(receipt: Receipt, home: Path) -> list[str]:
    # Imported here: what writes receipts loads much, Qt among it.
    from station.commands.receipts import write

    told = []
    for kind in ("csv", "html", "xlsx", "pdf"):
        path = home / f"receipt.{kind}"
        write(receipt, kind, path)
        size = path.stat().st_size
        if not size or (kind == "pdf" and not path.read_bytes().startswith(b"%PDF")):
            raise RuntimeError(f"the receipt as {kind} is not whole")
        told.append(kind.upper())
    return told
