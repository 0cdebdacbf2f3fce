# ruff: noqa: S608 - statements are made of this room's own words; values go in as parameters
"""What SQLite itself keeps right: the counters of a batch, and what is never changed or deleted."""

CLAIMABLE = (
    "CASE WHEN progress = 'open' AND complete = 1 AND repeat_of IS NULL AND inside IS NULL AND fits = '' THEN "
    "CASE WHEN claim_status = 'unchecked' THEN 1 WHEN claim_status = 'unclaimed' "
    "OR claim_status = 'partly_claimed' THEN max(device_count - claimed_count, 0) ELSE 0 END ELSE 0 END"
)
"""How many devices Claim would claim of a row, if its batch is open: ``core.item.Item.claimable`` in SQL."""

PROBLEM = (
    "CASE WHEN progress = 'held' OR progress = 'unknown' OR (progress = 'refused' AND again_in IS NULL) THEN 1 "
    "WHEN progress = 'open' AND repeat_of IS NULL AND inside IS NULL AND (complete = 0 OR fits <> '' "
    "OR claim_status = 'not_found' OR claim_status = 'unregistered' "
    "OR (claim_status = 'claimed' AND holder <> 'ours')) THEN 1 ELSE 0 END"
)
"""Whether a person should look at a row; one that was tried again is looked at where it goes on."""

COUNTED = {
    "scanned": "({row}.progress <> 'removed')",
    "ready": "{row}.claimable",
    "problems": "{row}.problem",
    "queued": "{row}.queued_devices",
    "sending": "{row}.sending_devices",
    "unknown": "({row}.unknown_devices + {row}.held_devices)",
    "claimed": "{row}.claimed_devices",
    "checking": "({row}.look_up = 'checking' AND {row}.progress <> 'removed')",
    "unchecked": "({row}.claimable > 0 AND {row}.claim_status = 'unchecked')",
}
"""The counters in ``batches`` and what one row adds to each."""


def _sets(template: str) -> str:
    return ", ".join(
        template.format(counter=counter, new=value.format(row="NEW"), old=value.format(row="OLD"))
        for counter, value in COUNTED.items()
    )


def _row(row: str) -> str:
    return ", ".join(value.format(row=row) for value in COUNTED.values())


def _never(table: str, change: str) -> str:
    return (
        f"CREATE TRIGGER {table}_never_{change.lower()} BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} are never changed'); END"
    )


_HIGHEST = "highest = max(highest, NEW.number), "

TRIGGERS = (
    f"CREATE TRIGGER items_added AFTER INSERT ON items BEGIN UPDATE batches SET revision = revision + 1, {_HIGHEST}"
    + _sets("{counter} = {counter} + {new}")
    + " WHERE seq = NEW.batch; END",
    f"CREATE TRIGGER items_changed AFTER UPDATE ON items WHEN OLD.batch = NEW.batch AND ({_row('OLD')}) IS NOT "
    f"({_row('NEW')}) BEGIN UPDATE batches SET "
    + _sets("{counter} = {counter} + {new} - {old}")
    + " WHERE seq = NEW.batch; END",
    "CREATE TRIGGER items_moved AFTER UPDATE OF batch ON items WHEN OLD.batch <> NEW.batch BEGIN UPDATE batches SET "
    "revision = revision + 1, " + _sets("{counter} = {counter} - {old}") + " WHERE seq = OLD.batch; "
    f"UPDATE batches SET revision = revision + 1, {_HIGHEST}" + _sets("{counter} = {counter} + {new}")
    + " WHERE seq = NEW.batch; END",
    _never("events", "UPDATE"),
    _never("events", "DELETE"),
    _never("refused_scans", "DELETE"),
    _never("batches", "DELETE"),
    _never("items", "DELETE"),
    _never("calls", "DELETE"),
    _never("call_devices", "DELETE"),
)

RECOUNT = "UPDATE batches SET " + ", ".join(
    f"{counter} = (SELECT coalesce(sum({value.format(row='i')}), 0) FROM items i WHERE i.batch = batches.seq)"
    for counter, value in COUNTED.items()
) + ", highest = (SELECT coalesce(max(i.number), 0) FROM items i WHERE i.batch = batches.seq)"
"""Counts all anew, after rows came in past the triggers."""
