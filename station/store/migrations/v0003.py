"""Version 3: for very many rows in the queue. A new row's number and since when anything waits are found at once."""

STATEMENTS = (
    "DROP TRIGGER items_added",
    "DROP TRIGGER items_moved",
    "DROP INDEX batches_on_table",
    "DROP INDEX devices_waiting",
    "ALTER TABLE batches ADD COLUMN highest INTEGER DEFAULT 0 NOT NULL",
    "UPDATE batches SET highest = (SELECT coalesce(max(i.number), 0) FROM items i WHERE i.batch = batches.seq)",
    "CREATE INDEX batches_closed ON batches (closed_at) WHERE queued > 0",
    "CREATE INDEX batches_on_table ON batches (highest) WHERE on_table = 1",
    """CREATE TRIGGER items_added AFTER INSERT ON items BEGIN UPDATE batches SET revision = revision + 1, highest =
max(highest, NEW.number), scanned = scanned + (NEW.progress <> 'removed'), ready = ready + NEW.claimable, problems =
problems + NEW.problem, queued = queued + NEW.queued_devices, sending = sending + NEW.sending_devices, unknown =
unknown + (NEW.unknown_devices + NEW.held_devices), claimed = claimed + NEW.claimed_devices, checking = checking +
(NEW.look_up = 'checking' AND NEW.progress <> 'removed'), unchecked = unchecked + (NEW.claimable > 0 AND
NEW.claim_status = 'unchecked') WHERE seq = NEW.batch; END""",
    """CREATE TRIGGER items_moved AFTER UPDATE OF batch ON items WHEN OLD.batch <> NEW.batch BEGIN UPDATE batches SET
revision = revision + 1, scanned = scanned - (OLD.progress <> 'removed'), ready = ready - OLD.claimable, problems =
problems - OLD.problem, queued = queued - OLD.queued_devices, sending = sending - OLD.sending_devices, unknown =
unknown - (OLD.unknown_devices + OLD.held_devices), claimed = claimed - OLD.claimed_devices, checking = checking -
(OLD.look_up = 'checking' AND OLD.progress <> 'removed'), unchecked = unchecked - (OLD.claimable > 0 AND
OLD.claim_status = 'unchecked') WHERE seq = OLD.batch; UPDATE batches SET revision = revision + 1, highest =
max(highest, NEW.number), scanned = scanned + (NEW.progress <> 'removed'), ready = ready + NEW.claimable, problems =
problems + NEW.problem, queued = queued + NEW.queued_devices, sending = sending + NEW.sending_devices, unknown =
unknown + (NEW.unknown_devices + NEW.held_devices), claimed = claimed + NEW.claimed_devices, checking = checking +
(NEW.look_up = 'checking' AND NEW.progress <> 'removed'), unchecked = unchecked + (NEW.claimable > 0 AND
NEW.claim_status = 'unchecked') WHERE seq = NEW.batch; END""",
)
