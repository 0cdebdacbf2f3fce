"""Version 1: the first tables."""

STATEMENTS = (
    """CREATE TABLE batches (seq INTEGER NOT NULL, id TEXT NOT NULL, connection TEXT NOT NULL, kind TEXT NOT NULL,
opened_at TEXT NOT NULL, address TEXT DEFAULT '' NOT NULL, account TEXT DEFAULT '' NOT NULL, target TEXT
DEFAULT '' NOT NULL, target_title TEXT DEFAULT '' NOT NULL, operator TEXT DEFAULT '' NOT NULL, revision INTEGER
DEFAULT 0 NOT NULL, closed_at TEXT, paused TEXT DEFAULT '' NOT NULL, name TEXT DEFAULT '' NOT NULL, content
TEXT DEFAULT '' NOT NULL, unseen_kits INTEGER DEFAULT 0 NOT NULL, on_table INTEGER DEFAULT 1 NOT NULL, practice
INTEGER DEFAULT 0 NOT NULL, scanned INTEGER DEFAULT 0 NOT NULL, ready INTEGER DEFAULT 0 NOT NULL, problems
INTEGER DEFAULT 0 NOT NULL, queued INTEGER DEFAULT 0 NOT NULL, sending INTEGER DEFAULT 0 NOT NULL, unknown
INTEGER DEFAULT 0 NOT NULL, claimed INTEGER DEFAULT 0 NOT NULL, checking INTEGER DEFAULT 0 NOT NULL, unchecked
INTEGER DEFAULT 0 NOT NULL, PRIMARY KEY (seq), UNIQUE (id))""",
    "CREATE INDEX batches_named ON batches (name) WHERE name != ''",
    "CREATE INDEX batches_on_table ON batches (on_table) WHERE on_table = 1",
    "CREATE INDEX batches_open ON batches (seq) WHERE closed_at IS NULL",
    "CREATE INDEX batches_queued ON batches (connection, seq) WHERE queued > 0",
    """CREATE TABLE calls ("key" TEXT NOT NULL, number INTEGER NOT NULL, verb TEXT NOT NULL, connection TEXT NOT NULL,
kind TEXT NOT NULL, address TEXT DEFAULT '' NOT NULL, account TEXT DEFAULT '' NOT NULL, target TEXT DEFAULT ''
NOT NULL, operator TEXT DEFAULT '' NOT NULL, request_id TEXT DEFAULT '' NOT NULL, made_at TEXT NOT NULL, batch
TEXT DEFAULT '' NOT NULL, state TEXT DEFAULT 'sending' NOT NULL, tries INTEGER DEFAULT 0 NOT NULL, sent_at
TEXT, answer TEXT DEFAULT '' NOT NULL, PRIMARY KEY ("key"), CONSTRAINT calls_verb CHECK (verb = 'claim' OR verb
= 'release' OR verb = 'move' OR verb = 'rename'), CONSTRAINT calls_state CHECK (state = 'sending' OR state =
'answered' OR state = 'not_sent' OR state = 'unanswered' OR state = 'settled'), UNIQUE (number))""",
    "CREATE INDEX calls_batch ON calls (batch, number)",
    "CREATE INDEX calls_state ON calls (state, number)",
    """CREATE TABLE events (id INTEGER NOT NULL, at TEXT NOT NULL, what TEXT NOT NULL, batch TEXT DEFAULT '' NOT NULL,
item INTEGER DEFAULT 0 NOT NULL, device_id TEXT DEFAULT '' NOT NULL, old TEXT DEFAULT '' NOT NULL, new TEXT
DEFAULT '' NOT NULL, who TEXT DEFAULT '' NOT NULL, why TEXT DEFAULT '' NOT NULL, detail TEXT DEFAULT '' NOT
NULL, PRIMARY KEY (id))""",
    "CREATE INDEX events_batch ON events (batch) WHERE batch != ''",
    "CREATE INDEX events_item ON events (item) WHERE item != 0",
    """CREATE TABLE findings (id INTEGER NOT NULL, connection TEXT NOT NULL, "key" TEXT NOT NULL, status TEXT NOT
NULL, at TEXT NOT NULL, what TEXT DEFAULT '' NOT NULL, title TEXT DEFAULT '' NOT NULL, total INTEGER, claimed
INTEGER, devices TEXT DEFAULT '[]' NOT NULL, would_be TEXT DEFAULT '[]' NOT NULL, raw TEXT DEFAULT '' NOT NULL,
PRIMARY KEY (id), CONSTRAINT findings_status CHECK (status = 'unchecked' OR status = 'not_found' OR status =
'unregistered' OR status = 'unclaimed' OR status = 'partly_claimed' OR status = 'claimed'))""",
    """CREATE UNIQUE INDEX findings_key ON findings (connection, "key")""",
    "CREATE TABLE meta (name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name)) WITHOUT ROWID",
    """CREATE TABLE refused_scans (id INTEGER NOT NULL, scanned_at TEXT NOT NULL, source TEXT NOT NULL, symbology TEXT
DEFAULT '' NOT NULL, shown TEXT DEFAULT '' NOT NULL, refusal TEXT NOT NULL, sealed INTEGER DEFAULT 0 NOT NULL,
data BLOB, PRIMARY KEY (id))""",
    """CREATE TABLE call_devices (id INTEGER NOT NULL, call TEXT NOT NULL, device INTEGER DEFAULT 0 NOT NULL, item
INTEGER DEFAULT 0 NOT NULL, device_id TEXT NOT NULL, ref TEXT DEFAULT '' NOT NULL, kind TEXT NOT NULL, fields
TEXT NOT NULL, secret_names TEXT DEFAULT '' NOT NULL, secret BLOB, name TEXT DEFAULT '' NOT NULL, handle TEXT
DEFAULT '' NOT NULL, PRIMARY KEY (id), FOREIGN KEY(call) REFERENCES calls ("key"))""",
    "CREATE INDEX call_devices_call ON call_devices (call)",
    "CREATE INDEX call_devices_item ON call_devices (item)",
    """CREATE TABLE items (id INTEGER NOT NULL, batch INTEGER NOT NULL, number INTEGER DEFAULT 0 NOT NULL, connection
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
NULL, outcome_text TEXT DEFAULT '' NOT NULL, request_id TEXT DEFAULT '' NOT NULL, settled_at TEXT, sent_at
TEXT, reason TEXT DEFAULT '' NOT NULL, repeat_of INTEGER, inside INTEGER, again_of INTEGER, again_in INTEGER,
fits TEXT DEFAULT '' NOT NULL, search TEXT DEFAULT '' NOT NULL, claimable INTEGER GENERATED ALWAYS AS (CASE
WHEN progress = 'open' AND complete = 1 AND repeat_of IS NULL AND inside IS NULL AND fits = '' THEN CASE WHEN
claim_status = 'unchecked' THEN 1 WHEN claim_status = 'unclaimed' OR claim_status = 'partly_claimed' THEN
max(device_count - claimed_count, 0) ELSE 0 END ELSE 0 END) VIRTUAL, problem INTEGER GENERATED ALWAYS AS (CASE
WHEN progress = 'refused' OR progress = 'held' OR progress = 'unknown' THEN 1 WHEN progress = 'open' AND
repeat_of IS NULL AND inside IS NULL AND (complete = 0 OR fits <> '' OR claim_status = 'not_found' OR
claim_status = 'unregistered' OR (claim_status = 'claimed' AND holder <> 'ours')) THEN 1 ELSE 0 END) VIRTUAL,
sealed INTEGER DEFAULT 0 NOT NULL, scan BLOB, raw_finding TEXT DEFAULT '' NOT NULL, PRIMARY KEY (id),
CONSTRAINT items_progress CHECK (progress = 'open' OR progress = 'queued' OR progress = 'sending' OR progress =
'unknown' OR progress = 'claimed' OR progress = 'refused' OR progress = 'held' OR progress = 'released' OR
progress = 'removed'), CONSTRAINT items_claim_status CHECK (claim_status = 'unchecked' OR claim_status =
'not_found' OR claim_status = 'unregistered' OR claim_status = 'unclaimed' OR claim_status = 'partly_claimed'
OR claim_status = 'claimed'), CONSTRAINT items_holder CHECK (holder = '' OR holder = 'ours' OR holder =
'another' OR holder = 'not_told'), CONSTRAINT items_look_up CHECK (look_up = '' OR look_up = 'checking' OR
look_up = 'offline' OR look_up = 'failed' OR look_up = 'none'), CONSTRAINT items_outcome CHECK (outcome IS NULL
OR outcome = 'claimed_now' OR outcome = 'already_ours' OR outcome = 'already_claimed' OR outcome = 'not_found'
OR outcome = 'not_registered' OR outcome = 'wrong_secret' OR outcome = 'claiming_closed' OR outcome =
'not_allowed' OR outcome = 'over_quota' OR outcome = 'rejected' OR outcome = 'unknown'), CONSTRAINT
items_how_known CHECK (how_known = 'answer' OR how_known = 'read-back' OR how_known = 'person' OR how_known =
''), FOREIGN KEY(batch) REFERENCES batches (seq), FOREIGN KEY(repeat_of) REFERENCES items (id) DEFERRABLE
INITIALLY DEFERRED, FOREIGN KEY(inside) REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED, FOREIGN
KEY(again_of) REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY(again_in) REFERENCES items (id)
DEFERRABLE INITIALLY DEFERRED)""",
    "CREATE INDEX items_half ON items (batch, id) WHERE complete = 0 AND progress = 'open'",
    "CREATE INDEX items_inside ON items (inside) WHERE inside IS NOT NULL",
    """CREATE INDEX items_live ON items ("key", connection) WHERE live = 1 AND repeat_of IS NULL AND inside IS NULL""",
    "CREATE INDEX items_number ON items (batch, number, progress)",
    "CREATE INDEX items_queued ON items (batch, number) WHERE queued_devices > 0",
    "CREATE INDEX items_repeat ON items (repeat_of) WHERE repeat_of IS NOT NULL",
    "CREATE INDEX items_secret ON items (batch) WHERE secret_names != ''",
    """CREATE TABLE devices (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL, device_id TEXT NOT
NULL, ref TEXT DEFAULT '' NOT NULL, status TEXT DEFAULT 'unchecked' NOT NULL, holder TEXT DEFAULT '' NOT NULL,
place TEXT DEFAULT '' NOT NULL, type TEXT DEFAULT '' NOT NULL, product_number TEXT DEFAULT '' NOT NULL,
found_handle TEXT DEFAULT '' NOT NULL, progress TEXT DEFAULT 'open' NOT NULL, outcome TEXT, how_known TEXT
DEFAULT '' NOT NULL, handle TEXT DEFAULT '' NOT NULL, outcome_place TEXT DEFAULT '' NOT NULL, outcome_code TEXT
DEFAULT '' NOT NULL, outcome_text TEXT DEFAULT '' NOT NULL, request_id TEXT DEFAULT '' NOT NULL, call TEXT,
inside INTEGER, changed_at TEXT, CONSTRAINT devices_progress CHECK (progress = 'open' OR progress = 'queued' OR
progress = 'sending' OR progress = 'unknown' OR progress = 'claimed' OR progress = 'refused' OR progress =
'held' OR progress = 'released' OR progress = 'removed'), CONSTRAINT devices_status CHECK (status = 'unchecked'
OR status = 'not_found' OR status = 'unregistered' OR status = 'unclaimed' OR status = 'partly_claimed' OR
status = 'claimed'), CONSTRAINT devices_holder CHECK (holder = '' OR holder = 'ours' OR holder = 'another' OR
holder = 'not_told'), CONSTRAINT devices_outcome CHECK (outcome IS NULL OR outcome = 'claimed_now' OR outcome =
'already_ours' OR outcome = 'already_claimed' OR outcome = 'not_found' OR outcome = 'not_registered' OR outcome
= 'wrong_secret' OR outcome = 'claiming_closed' OR outcome = 'not_allowed' OR outcome = 'over_quota' OR outcome
= 'rejected' OR outcome = 'unknown'), CONSTRAINT devices_how_known CHECK (how_known = 'answer' OR how_known =
'read-back' OR how_known = 'person' OR how_known = ''), FOREIGN KEY(item) REFERENCES items (id), FOREIGN
KEY(call) REFERENCES calls ("key") DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY(inside) REFERENCES items (id)
DEFERRABLE INITIALLY DEFERRED)""",
    "CREATE INDEX devices_call ON devices (call) WHERE call IS NOT NULL",
    "CREATE INDEX devices_inside ON devices (inside) WHERE inside IS NOT NULL",
    "CREATE INDEX devices_item ON devices (item)",
    "CREATE INDEX devices_live ON devices (device_id) WHERE inside IS NULL",
    "CREATE INDEX devices_waiting ON devices (changed_at) WHERE progress = 'queued'",
    """CREATE TRIGGER items_added AFTER INSERT ON items BEGIN UPDATE batches SET revision = revision + 1, scanned =
scanned + (NEW.progress <> 'removed'), ready = ready + NEW.claimable, problems = problems + NEW.problem, queued
= queued + NEW.queued_devices, sending = sending + NEW.sending_devices, unknown = unknown +
(NEW.unknown_devices + NEW.held_devices), claimed = claimed + NEW.claimed_devices, checking = checking +
(NEW.look_up = 'checking' AND NEW.progress <> 'removed'), unchecked = unchecked + (NEW.claimable > 0 AND
NEW.claim_status = 'unchecked') WHERE seq = NEW.batch; END""",
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
OLD.claimed_devices, checking = checking - (OLD.look_up = 'checking' AND OLD.progress <> 'removed'), unchecked
= unchecked - (OLD.claimable > 0 AND OLD.claim_status = 'unchecked') WHERE seq = OLD.batch; UPDATE batches SET
revision = revision + 1, scanned = scanned + (NEW.progress <> 'removed'), ready = ready + NEW.claimable,
problems = problems + NEW.problem, queued = queued + NEW.queued_devices, sending = sending +
NEW.sending_devices, unknown = unknown + (NEW.unknown_devices + NEW.held_devices), claimed = claimed +
NEW.claimed_devices, checking = checking + (NEW.look_up = 'checking' AND NEW.progress <> 'removed'), unchecked
= unchecked + (NEW.claimable > 0 AND NEW.claim_status = 'unchecked') WHERE seq = NEW.batch; END""",
    """CREATE TRIGGER events_never_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT,
'events are never changed'); END""",
    """CREATE TRIGGER events_never_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT,
'events are never changed'); END""",
    """CREATE TRIGGER refused_scans_never_delete BEFORE DELETE ON refused_scans BEGIN SELECT RAISE(ABORT,
'refused_scans are never changed'); END""",
    """CREATE TRIGGER batches_never_delete BEFORE DELETE ON batches BEGIN SELECT RAISE(ABORT,
'batches are never changed'); END""",
    """CREATE TRIGGER items_never_delete BEFORE DELETE ON items BEGIN SELECT RAISE(ABORT, 'items are never changed');
END""",
    """CREATE TRIGGER calls_never_delete BEFORE DELETE ON calls BEGIN SELECT RAISE(ABORT, 'calls are never changed');
END""",
    """CREATE TRIGGER call_devices_never_delete BEFORE DELETE ON call_devices BEGIN SELECT RAISE(ABORT,
'call_devices are never changed'); END""",
)
