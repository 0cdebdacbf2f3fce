"""Version 2: names by a pattern, devices of our own, changes after a claim; a row tried again is no problem."""

STATEMENTS = (
    # A table is built anew where a rule of it has changed; what links to it stays as it is.
    "PRAGMA legacy_alter_table = ON",
    "DROP TRIGGER items_added",
    "DROP TRIGGER items_changed",
    "DROP TRIGGER items_moved",
    "DROP TRIGGER items_never_delete",
    "DROP TRIGGER calls_never_delete",
    "DROP INDEX calls_batch",
    "DROP INDEX calls_state",
    "DROP INDEX items_half",
    "DROP INDEX items_inside",
    "DROP INDEX items_live",
    "DROP INDEX items_number",
    "DROP INDEX items_queued",
    "DROP INDEX items_repeat",
    "DROP INDEX items_secret",
    "ALTER TABLE calls RENAME TO calls_before",
    """CREATE TABLE calls ( "key" TEXT NOT NULL, number INTEGER NOT NULL, verb TEXT NOT NULL, connection TEXT NOT NULL,
kind TEXT NOT NULL, address TEXT DEFAULT '' NOT NULL, account TEXT DEFAULT '' NOT NULL, target TEXT DEFAULT ''
NOT NULL, operator TEXT DEFAULT '' NOT NULL, request_id TEXT DEFAULT '' NOT NULL, made_at TEXT NOT NULL, batch
TEXT DEFAULT '' NOT NULL, state TEXT DEFAULT 'sending' NOT NULL, tries INTEGER DEFAULT 0 NOT NULL, sent_at TEXT,
answer TEXT DEFAULT '' NOT NULL, given TEXT DEFAULT '{}' NOT NULL, secret_fields TEXT DEFAULT '' NOT NULL,
PRIMARY KEY ("key"), CONSTRAINT calls_verb CHECK (verb = 'claim' OR verb = 'release' OR verb = 'move' OR verb =
'rename' OR verb = 'label' OR verb = 'open_claiming' OR verb = 'close_claiming' OR verb = 'share' OR verb =
'revoke'), CONSTRAINT calls_state CHECK (state = 'sending' OR state = 'answered' OR state = 'not_sent' OR state
= 'unanswered' OR state = 'settled'), UNIQUE (number) )""",
    """INSERT INTO calls ("key", number, verb, connection, kind, address, account, target, operator, request_id,
made_at, batch, state, tries, sent_at, answer) SELECT "key", number, verb, connection, kind, address, account,
target, operator, request_id, made_at, batch, state, tries, sent_at, answer FROM calls_before""",
    "DROP TABLE calls_before",
    "CREATE INDEX calls_batch ON calls (batch, number)",
    "CREATE INDEX calls_state ON calls (state, number)",
    "ALTER TABLE items RENAME TO items_before",
    """CREATE TABLE items ( id INTEGER NOT NULL, batch INTEGER NOT NULL, number INTEGER DEFAULT 0 NOT NULL, connection
TEXT NOT NULL, kind TEXT NOT NULL, fields TEXT NOT NULL, "key" TEXT NOT NULL, text TEXT NOT NULL, complete
INTEGER DEFAULT 1 NOT NULL, secret_names TEXT DEFAULT '' NOT NULL, secret BLOB, symbology TEXT DEFAULT '' NOT
NULL, source TEXT NOT NULL, scanned_at TEXT NOT NULL, shown TEXT DEFAULT '' NOT NULL, name TEXT DEFAULT '' NOT
NULL, claim_status TEXT DEFAULT 'unchecked' NOT NULL, what TEXT DEFAULT '' NOT NULL, title TEXT DEFAULT '' NOT
NULL, device_type TEXT DEFAULT '' NOT NULL, product_number TEXT DEFAULT '' NOT NULL, device_count INTEGER
DEFAULT 0 NOT NULL, claimed_count INTEGER DEFAULT 0 NOT NULL, holder TEXT DEFAULT '' NOT NULL, place TEXT
DEFAULT '' NOT NULL, looked_up_at TEXT, counts_differ INTEGER DEFAULT 0 NOT NULL, would_be TEXT DEFAULT '' NOT
NULL, look_up TEXT DEFAULT '' NOT NULL, progress TEXT DEFAULT 'open' NOT NULL, live INTEGER DEFAULT 1 NOT NULL,
open_devices INTEGER DEFAULT 0 NOT NULL, queued_devices INTEGER DEFAULT 0 NOT NULL, sending_devices INTEGER
DEFAULT 0 NOT NULL, unknown_devices INTEGER DEFAULT 0 NOT NULL, claimed_devices INTEGER DEFAULT 0 NOT NULL,
refused_devices INTEGER DEFAULT 0 NOT NULL, held_devices INTEGER DEFAULT 0 NOT NULL, released_devices INTEGER
DEFAULT 0 NOT NULL, removed_devices INTEGER DEFAULT 0 NOT NULL, outcome TEXT, how_known TEXT DEFAULT '' NOT
NULL, handle TEXT DEFAULT '' NOT NULL, outcome_place TEXT DEFAULT '' NOT NULL, outcome_code TEXT DEFAULT '' NOT
NULL, outcome_text TEXT DEFAULT '' NOT NULL, request_id TEXT DEFAULT '' NOT NULL, settled_at TEXT, sent_at TEXT,
reason TEXT DEFAULT '' NOT NULL, repeat_of INTEGER, inside INTEGER, again_of INTEGER, again_in INTEGER, fits
TEXT DEFAULT '' NOT NULL, search TEXT DEFAULT '' NOT NULL, claimable INTEGER GENERATED ALWAYS AS (CASE WHEN
progress = 'open' AND complete = 1 AND repeat_of IS NULL AND inside IS NULL AND fits = '' THEN CASE WHEN
claim_status = 'unchecked' THEN 1 WHEN claim_status = 'unclaimed' OR claim_status = 'partly_claimed' THEN
max(device_count - claimed_count, 0) ELSE 0 END ELSE 0 END) VIRTUAL, problem INTEGER GENERATED ALWAYS AS (CASE
WHEN progress = 'held' OR progress = 'unknown' OR (progress = 'refused' AND again_in IS NULL) THEN 1 WHEN
progress = 'open' AND repeat_of IS NULL AND inside IS NULL AND (complete = 0 OR fits <> '' OR claim_status =
'not_found' OR claim_status = 'unregistered' OR (claim_status = 'claimed' AND holder <> 'ours')) THEN 1 ELSE 0
END) VIRTUAL, sealed INTEGER DEFAULT 0 NOT NULL, scan BLOB, raw_finding TEXT DEFAULT '' NOT NULL, made_name
INTEGER DEFAULT 0 NOT NULL, name_number INTEGER DEFAULT 0 NOT NULL, PRIMARY KEY (id), CONSTRAINT items_progress
CHECK (progress = 'open' OR progress = 'queued' OR progress = 'sending' OR progress = 'unknown' OR progress =
'claimed' OR progress = 'refused' OR progress = 'held' OR progress = 'released' OR progress = 'removed'),
CONSTRAINT items_claim_status CHECK (claim_status = 'unchecked' OR claim_status = 'not_found' OR claim_status =
'unregistered' OR claim_status = 'unclaimed' OR claim_status = 'partly_claimed' OR claim_status = 'claimed'),
CONSTRAINT items_holder CHECK (holder = '' OR holder = 'ours' OR holder = 'another' OR holder = 'not_told'),
CONSTRAINT items_look_up CHECK (look_up = '' OR look_up = 'checking' OR look_up = 'offline' OR look_up =
'failed' OR look_up = 'none'), CONSTRAINT items_outcome CHECK (outcome IS NULL OR outcome = 'claimed_now' OR
outcome = 'already_ours' OR outcome = 'already_claimed' OR outcome = 'not_found' OR outcome = 'not_registered'
OR outcome = 'wrong_secret' OR outcome = 'claiming_closed' OR outcome = 'not_allowed' OR outcome = 'over_quota'
OR outcome = 'rejected' OR outcome = 'unknown'), CONSTRAINT items_how_known CHECK (how_known = 'answer' OR
how_known = 'read-back' OR how_known = 'person' OR how_known = ''), FOREIGN KEY(batch) REFERENCES batches (seq),
FOREIGN KEY(repeat_of) REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY(inside) REFERENCES items
(id) DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY(again_of) REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED,
FOREIGN KEY(again_in) REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED )""",
    """INSERT INTO items (id, batch, number, connection, kind, fields, "key", text, complete, secret_names, secret,
symbology, source, scanned_at, shown, name, claim_status, what, title, device_type, product_number,
device_count, claimed_count, holder, place, looked_up_at, counts_differ, would_be, look_up, progress, live,
open_devices, queued_devices, sending_devices, unknown_devices, claimed_devices, refused_devices, held_devices,
released_devices, removed_devices, outcome, how_known, handle, outcome_place, outcome_code, outcome_text,
request_id, settled_at, sent_at, reason, repeat_of, inside, again_of, again_in, fits, search, sealed, scan,
raw_finding) SELECT id, batch, number, connection, kind, fields, "key", text, complete, secret_names, secret,
symbology, source, scanned_at, shown, name, claim_status, what, title, device_type, product_number,
device_count, claimed_count, holder, place, looked_up_at, counts_differ, would_be, look_up, progress, live,
open_devices, queued_devices, sending_devices, unknown_devices, claimed_devices, refused_devices, held_devices,
released_devices, removed_devices, outcome, how_known, handle, outcome_place, outcome_code, outcome_text,
request_id, settled_at, sent_at, reason, repeat_of, inside, again_of, again_in, fits, search, sealed, scan,
raw_finding FROM items_before""",
    "DROP TABLE items_before",
    "CREATE INDEX items_half ON items (batch, id) WHERE complete = 0 AND progress = 'open'",
    "CREATE INDEX items_inside ON items (inside) WHERE inside IS NOT NULL",
    """CREATE INDEX items_live ON items ("key", connection) WHERE live = 1 AND repeat_of IS NULL AND inside IS NULL""",
    "CREATE INDEX items_number ON items (batch, number, progress)",
    "CREATE INDEX items_queued ON items (batch, number) WHERE queued_devices > 0",
    "CREATE INDEX items_repeat ON items (repeat_of) WHERE repeat_of IS NOT NULL",
    "CREATE INDEX items_secret ON items (batch) WHERE secret_names != ''",
    "PRAGMA legacy_alter_table = OFF",
    "ALTER TABLE batches ADD COLUMN numbered INTEGER DEFAULT 0 NOT NULL",
    "ALTER TABLE devices ADD COLUMN owned INTEGER DEFAULT 0 NOT NULL",
    "ALTER TABLE devices ADD COLUMN name TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE devices ADD COLUMN name_number INTEGER DEFAULT 0 NOT NULL",
    "ALTER TABLE devices ADD COLUMN target TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE devices ADD COLUMN labels TEXT DEFAULT '{}' NOT NULL",
    """CREATE TRIGGER items_added AFTER INSERT ON items BEGIN UPDATE batches SET revision = revision + 1, scanned =
scanned + (NEW.progress <> 'removed'), ready = ready + NEW.claimable, problems = problems + NEW.problem, queued
= queued + NEW.queued_devices, sending = sending + NEW.sending_devices, unknown = unknown + (NEW.unknown_devices
+ NEW.held_devices), claimed = claimed + NEW.claimed_devices, checking = checking + (NEW.look_up = 'checking'
AND NEW.progress <> 'removed'), unchecked = unchecked + (NEW.claimable > 0 AND NEW.claim_status = 'unchecked')
WHERE seq = NEW.batch; END""",
    """CREATE TRIGGER items_changed AFTER UPDATE ON items WHEN OLD.batch = NEW.batch AND ((OLD.progress <> 'removed'),
OLD.claimable, OLD.problem, OLD.queued_devices, OLD.sending_devices, (OLD.unknown_devices + OLD.held_devices),
OLD.claimed_devices, (OLD.look_up = 'checking' AND OLD.progress <> 'removed'), (OLD.claimable > 0 AND
OLD.claim_status = 'unchecked')) IS NOT ((NEW.progress <> 'removed'), NEW.claimable, NEW.problem,
NEW.queued_devices, NEW.sending_devices, (NEW.unknown_devices + NEW.held_devices), NEW.claimed_devices,
(NEW.look_up = 'checking' AND NEW.progress <> 'removed'), (NEW.claimable > 0 AND NEW.claim_status =
'unchecked')) BEGIN UPDATE batches SET scanned = scanned + (NEW.progress <> 'removed') - (OLD.progress <>
'removed'), ready = ready + NEW.claimable - OLD.claimable, problems = problems + NEW.problem - OLD.problem,
queued = queued + NEW.queued_devices - OLD.queued_devices, sending = sending + NEW.sending_devices -
OLD.sending_devices, unknown = unknown + (NEW.unknown_devices + NEW.held_devices) - (OLD.unknown_devices +
OLD.held_devices), claimed = claimed + NEW.claimed_devices - OLD.claimed_devices, checking = checking +
(NEW.look_up = 'checking' AND NEW.progress <> 'removed') - (OLD.look_up = 'checking' AND OLD.progress <>
'removed'), unchecked = unchecked + (NEW.claimable > 0 AND NEW.claim_status = 'unchecked') - (OLD.claimable > 0
AND OLD.claim_status = 'unchecked') WHERE seq = NEW.batch; END""",
    """CREATE TRIGGER items_moved AFTER UPDATE OF batch ON items WHEN OLD.batch <> NEW.batch BEGIN UPDATE batches SET
revision = revision + 1, scanned = scanned - (OLD.progress <> 'removed'), ready = ready - OLD.claimable,
problems = problems - OLD.problem, queued = queued - OLD.queued_devices, sending = sending -
OLD.sending_devices, unknown = unknown - (OLD.unknown_devices + OLD.held_devices), claimed = claimed -
OLD.claimed_devices, checking = checking - (OLD.look_up = 'checking' AND OLD.progress <> 'removed'), unchecked =
unchecked - (OLD.claimable > 0 AND OLD.claim_status = 'unchecked') WHERE seq = OLD.batch; UPDATE batches SET
revision = revision + 1, scanned = scanned + (NEW.progress <> 'removed'), ready = ready + NEW.claimable,
problems = problems + NEW.problem, queued = queued + NEW.queued_devices, sending = sending +
NEW.sending_devices, unknown = unknown + (NEW.unknown_devices + NEW.held_devices), claimed = claimed +
NEW.claimed_devices, checking = checking + (NEW.look_up = 'checking' AND NEW.progress <> 'removed'), unchecked =
unchecked + (NEW.claimable > 0 AND NEW.claim_status = 'unchecked') WHERE seq = NEW.batch; END""",
    """CREATE TRIGGER items_never_delete BEFORE DELETE ON items BEGIN SELECT RAISE(ABORT, 'items are never changed');
END""",
    """CREATE TRIGGER calls_never_delete BEFORE DELETE ON calls BEGIN SELECT RAISE(ABORT, 'calls are never changed');
END""",
    "UPDATE batches SET problems = (SELECT coalesce(sum(i.problem), 0) FROM items i WHERE i.batch = batches.seq)",
)
