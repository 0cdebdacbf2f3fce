"""Version 4: for very many rows on a small disk. What follows from a row's text is not written beside it, and times are
numbers."""

STATEMENTS = (
    "PRAGMA legacy_alter_table = ON",
    "DROP TRIGGER items_added",
    "DROP TRIGGER items_changed",
    "DROP TRIGGER items_moved",
    "DROP TRIGGER items_never_delete",
    "DROP INDEX items_half",
    "DROP INDEX items_inside",
    "DROP INDEX items_live",
    "DROP INDEX items_number",
    "DROP INDEX items_queued",
    "DROP INDEX items_repeat",
    "DROP INDEX items_secret",
    "DROP INDEX devices_call",
    "DROP INDEX devices_inside",
    "DROP INDEX devices_item",
    "DROP INDEX devices_live",
    "DROP TRIGGER events_never_update",
    "DROP TRIGGER events_never_delete",
    "DROP INDEX events_batch",
    "DROP INDEX events_item",
    "ALTER TABLE items RENAME TO items_before",
    """CREATE TABLE items ( id INTEGER NOT NULL, batch INTEGER NOT NULL, number INTEGER DEFAULT 0 NOT NULL,
connection TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, complete INTEGER DEFAULT 1 NOT NULL, secret_names
TEXT DEFAULT '' NOT NULL, secret BLOB, symbology TEXT DEFAULT '' NOT NULL, source TEXT NOT NULL, scanned_at INTEGER
NOT NULL, name TEXT DEFAULT '' NOT NULL, claim_status TEXT DEFAULT 'unchecked' NOT NULL, what TEXT DEFAULT '' NOT
NULL, title TEXT DEFAULT '' NOT NULL, device_type TEXT DEFAULT '' NOT NULL, product_number TEXT DEFAULT '' NOT
NULL, device_count INTEGER DEFAULT 0 NOT NULL, claimed_count INTEGER DEFAULT 0 NOT NULL, holder TEXT DEFAULT '' NOT
NULL, place TEXT DEFAULT '' NOT NULL, looked_up_at INTEGER, counts_differ INTEGER DEFAULT 0 NOT NULL, would_be TEXT
DEFAULT '' NOT NULL, look_up TEXT DEFAULT '' NOT NULL, progress TEXT DEFAULT 'open' NOT NULL, live INTEGER DEFAULT
1 NOT NULL, open_devices INTEGER DEFAULT 0 NOT NULL, queued_devices INTEGER DEFAULT 0 NOT NULL, sending_devices
INTEGER DEFAULT 0 NOT NULL, unknown_devices INTEGER DEFAULT 0 NOT NULL, claimed_devices INTEGER DEFAULT 0 NOT NULL,
refused_devices INTEGER DEFAULT 0 NOT NULL, held_devices INTEGER DEFAULT 0 NOT NULL, released_devices INTEGER
DEFAULT 0 NOT NULL, removed_devices INTEGER DEFAULT 0 NOT NULL, outcome TEXT, how_known TEXT DEFAULT '' NOT NULL,
handle TEXT DEFAULT '' NOT NULL, outcome_place TEXT DEFAULT '' NOT NULL, outcome_code TEXT DEFAULT '' NOT NULL,
outcome_text TEXT DEFAULT '' NOT NULL, request_id TEXT DEFAULT '' NOT NULL, settled_at INTEGER, sent_at INTEGER,
reason TEXT DEFAULT '' NOT NULL, repeat_of INTEGER, inside INTEGER, again_of INTEGER, again_in INTEGER, fits TEXT
DEFAULT '' NOT NULL, search TEXT DEFAULT '' NOT NULL, claimable INTEGER GENERATED ALWAYS AS (CASE WHEN progress =
'open' AND complete = 1 AND repeat_of IS NULL AND inside IS NULL AND fits = '' THEN CASE WHEN claim_status =
'unchecked' THEN 1 WHEN claim_status = 'unclaimed' OR claim_status = 'partly_claimed' THEN max(device_count -
claimed_count, 0) ELSE 0 END ELSE 0 END) VIRTUAL, problem INTEGER GENERATED ALWAYS AS (CASE WHEN progress = 'held'
OR progress = 'unknown' OR (progress = 'refused' AND again_in IS NULL) THEN 1 WHEN progress = 'open' AND repeat_of
IS NULL AND inside IS NULL AND (complete = 0 OR fits <> '' OR claim_status = 'not_found' OR claim_status =
'unregistered' OR (claim_status = 'claimed' AND holder <> 'ours')) THEN 1 ELSE 0 END) VIRTUAL, own_fields TEXT,
own_shown TEXT, "key" TEXT GENERATED ALWAYS AS (kind || ':' || text) VIRTUAL, fields TEXT GENERATED ALWAYS AS
(coalesce(own_fields, '[["' || kind || '","' || text || '"]]')) VIRTUAL, shown TEXT GENERATED ALWAYS AS
(coalesce(own_shown, CAST(coalesce(own_scan, text) AS TEXT))) VIRTUAL, scan BLOB GENERATED ALWAYS AS (CASE WHEN
own_scan IS NULL AND sealed = 0 THEN CAST(text AS BLOB) ELSE own_scan END) VIRTUAL, sealed INTEGER DEFAULT 0 NOT
NULL, own_scan BLOB, raw_finding TEXT DEFAULT '' NOT NULL, made_name INTEGER DEFAULT 0 NOT NULL, name_number
INTEGER DEFAULT 0 NOT NULL, PRIMARY KEY (id), CONSTRAINT items_progress CHECK (progress = 'open' OR progress =
'queued' OR progress = 'sending' OR progress = 'unknown' OR progress = 'claimed' OR progress = 'refused' OR
progress = 'held' OR progress = 'released' OR progress = 'removed'), CONSTRAINT items_claim_status CHECK
(claim_status = 'unchecked' OR claim_status = 'not_found' OR claim_status = 'unregistered' OR claim_status =
'unclaimed' OR claim_status = 'partly_claimed' OR claim_status = 'claimed'), CONSTRAINT items_holder CHECK (holder
= '' OR holder = 'ours' OR holder = 'another' OR holder = 'not_told'), CONSTRAINT items_look_up CHECK (look_up = ''
OR look_up = 'checking' OR look_up = 'offline' OR look_up = 'failed' OR look_up = 'none'), CONSTRAINT items_outcome
CHECK (outcome IS NULL OR outcome = 'claimed_now' OR outcome = 'already_ours' OR outcome = 'already_claimed' OR
outcome = 'not_found' OR outcome = 'not_registered' OR outcome = 'wrong_secret' OR outcome = 'claiming_closed' OR
outcome = 'not_allowed' OR outcome = 'over_quota' OR outcome = 'rejected' OR outcome = 'unknown'), CONSTRAINT
items_how_known CHECK (how_known = 'answer' OR how_known = 'read-back' OR how_known = 'person' OR how_known = ''),
FOREIGN KEY(batch) REFERENCES batches (seq), FOREIGN KEY(repeat_of) REFERENCES items (id) DEFERRABLE INITIALLY
DEFERRED, FOREIGN KEY(inside) REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY(again_of) REFERENCES
items (id) DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY(again_in) REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED
)""",
    """INSERT INTO items (id, batch, number, connection, kind, text, complete, secret_names, secret, symbology,
source, scanned_at, name, claim_status, what, title, device_type, product_number, device_count, claimed_count,
holder, place, looked_up_at, counts_differ, would_be, look_up, progress, live, open_devices, queued_devices,
sending_devices, unknown_devices, claimed_devices, refused_devices, held_devices, released_devices,
removed_devices, outcome, how_known, handle, outcome_place, outcome_code, outcome_text, request_id, settled_at,
sent_at, reason, repeat_of, inside, again_of, again_in, fits, search, own_fields, own_shown, sealed, own_scan,
raw_finding, made_name, name_number) SELECT id, batch, number, connection, kind, text, complete, secret_names,
secret, symbology, source, CASE WHEN scanned_at GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST(strftime('%s',
substr(scanned_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(scanned_at, 21, 6) AS INTEGER) ELSE scanned_at END,
name, claim_status, what, title, device_type, product_number, device_count, claimed_count, holder, place, CASE WHEN
looked_up_at GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST(strftime('%s', substr(looked_up_at, 1, 19)) AS
INTEGER) * 1000000 + CAST(substr(looked_up_at, 21, 6) AS INTEGER) ELSE looked_up_at END, counts_differ, would_be,
look_up, progress, live, open_devices, queued_devices, sending_devices, unknown_devices, claimed_devices,
refused_devices, held_devices, released_devices, removed_devices, outcome, how_known, handle, outcome_place,
outcome_code, outcome_text, request_id, CASE WHEN settled_at GLOB '????-??-??T??:??:??.??????+00:00' THEN
CAST(strftime('%s', substr(settled_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(settled_at, 21, 6) AS INTEGER)
ELSE settled_at END, CASE WHEN sent_at GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST(strftime('%s',
substr(sent_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(sent_at, 21, 6) AS INTEGER) ELSE sent_at END, reason,
repeat_of, inside, again_of, again_in, fits, CASE WHEN substr(search, 1, length(text)) = lower(text) THEN
ltrim(substr(search, length(text) + 1), char(10)) ELSE search END, CASE WHEN fields <> '[["' || kind || '","' ||
text || '"]]' THEN fields END, CASE WHEN sealed <> 0 OR scan IS NOT CAST(shown AS BLOB) THEN shown END, sealed,
CASE WHEN sealed <> 0 THEN scan WHEN scan IS NOT CAST(text AS BLOB) THEN coalesce(scan, x'') END, raw_finding,
made_name, name_number FROM items_before""",
    "DROP TABLE items_before",
    "CREATE INDEX items_half ON items (batch, id) WHERE complete = 0 AND progress = 'open'",
    "CREATE INDEX items_inside ON items (inside) WHERE inside IS NOT NULL",
    """CREATE INDEX items_live ON items ("key") WHERE live = 1 AND repeat_of IS NULL AND inside IS NULL""",
    "CREATE INDEX items_number ON items (batch, number, progress)",
    "CREATE INDEX items_queued ON items (batch, number) WHERE queued_devices > 0",
    "CREATE INDEX items_repeat ON items (repeat_of) WHERE repeat_of IS NOT NULL",
    "CREATE INDEX items_secret ON items (batch) WHERE secret_names != ''",
    "ALTER TABLE devices RENAME TO devices_before",
    """CREATE TABLE devices ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL, device_id TEXT
NOT NULL, ref TEXT DEFAULT '' NOT NULL, status TEXT DEFAULT 'unchecked' NOT NULL, holder TEXT DEFAULT '' NOT NULL,
place TEXT DEFAULT '' NOT NULL, type TEXT DEFAULT '' NOT NULL, product_number TEXT DEFAULT '' NOT NULL,
found_handle TEXT DEFAULT '' NOT NULL, progress TEXT DEFAULT 'open' NOT NULL, outcome TEXT, how_known TEXT DEFAULT
'' NOT NULL, handle TEXT DEFAULT '' NOT NULL, outcome_place TEXT DEFAULT '' NOT NULL, outcome_code TEXT DEFAULT ''
NOT NULL, outcome_text TEXT DEFAULT '' NOT NULL, request_id TEXT DEFAULT '' NOT NULL, call TEXT, inside INTEGER,
changed_at INTEGER, owned INTEGER DEFAULT 0 NOT NULL, name TEXT DEFAULT '' NOT NULL, name_number INTEGER DEFAULT 0
NOT NULL, target TEXT DEFAULT '' NOT NULL, labels TEXT DEFAULT '{}' NOT NULL, CONSTRAINT devices_progress CHECK
(progress = 'open' OR progress = 'queued' OR progress = 'sending' OR progress = 'unknown' OR progress = 'claimed'
OR progress = 'refused' OR progress = 'held' OR progress = 'released' OR progress = 'removed'), CONSTRAINT
devices_status CHECK (status = 'unchecked' OR status = 'not_found' OR status = 'unregistered' OR status =
'unclaimed' OR status = 'partly_claimed' OR status = 'claimed'), CONSTRAINT devices_holder CHECK (holder = '' OR
holder = 'ours' OR holder = 'another' OR holder = 'not_told'), CONSTRAINT devices_outcome CHECK (outcome IS NULL OR
outcome = 'claimed_now' OR outcome = 'already_ours' OR outcome = 'already_claimed' OR outcome = 'not_found' OR
outcome = 'not_registered' OR outcome = 'wrong_secret' OR outcome = 'claiming_closed' OR outcome = 'not_allowed' OR
outcome = 'over_quota' OR outcome = 'rejected' OR outcome = 'unknown'), CONSTRAINT devices_how_known CHECK
(how_known = 'answer' OR how_known = 'read-back' OR how_known = 'person' OR how_known = ''), FOREIGN KEY(item)
REFERENCES items (id), FOREIGN KEY(call) REFERENCES calls ("key") DEFERRABLE INITIALLY DEFERRED, FOREIGN
KEY(inside) REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED )""",
    """INSERT INTO devices (id, item, device_id, ref, status, holder, place, type, product_number, found_handle,
progress, outcome, how_known, handle, outcome_place, outcome_code, outcome_text, request_id, "call", inside,
changed_at, owned, name, name_number, target, labels) SELECT id, item, device_id, ref, status, holder, place, type,
product_number, found_handle, progress, outcome, how_known, handle, outcome_place, outcome_code, outcome_text,
request_id, "call", inside, CASE WHEN changed_at GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST(strftime('%s',
substr(changed_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(changed_at, 21, 6) AS INTEGER) ELSE changed_at END,
owned, name, name_number, target, labels FROM devices_before""",
    "DELETE FROM sqlite_sequence WHERE name = 'devices'",
    "UPDATE sqlite_sequence SET name = 'devices' WHERE name = 'devices_before'",
    "DROP TABLE devices_before",
    "CREATE INDEX devices_call ON devices (call) WHERE call IS NOT NULL",
    "CREATE INDEX devices_inside ON devices (inside) WHERE inside IS NOT NULL",
    "CREATE INDEX devices_item ON devices (item)",
    "CREATE INDEX devices_live ON devices (device_id) WHERE inside IS NULL",
    "ALTER TABLE events RENAME TO events_before",
    """CREATE TABLE events ( id INTEGER NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, batch TEXT DEFAULT ''
NOT NULL, item INTEGER DEFAULT 0 NOT NULL, device_id TEXT DEFAULT '' NOT NULL, old TEXT DEFAULT '' NOT NULL, new
TEXT DEFAULT '' NOT NULL, who TEXT DEFAULT '' NOT NULL, why TEXT DEFAULT '' NOT NULL, detail TEXT DEFAULT '' NOT
NULL, PRIMARY KEY (id) )""",
    """INSERT INTO events (id, at, what, batch, item, device_id, old, new, who, why, detail) SELECT id, CASE WHEN
at GLOB '????-??-??T??:??:??.??????+00:00' THEN CAST(strftime('%s', substr(at, 1, 19)) AS INTEGER) * 1000000 +
CAST(substr(at, 21, 6) AS INTEGER) ELSE at END, what, batch, item, device_id, old, new, who, why, detail FROM
events_before""",
    "DROP TABLE events_before",
    "CREATE INDEX events_batch ON events (batch) WHERE batch != ''",
    "CREATE INDEX events_item ON events (item) WHERE item != 0",
    "PRAGMA legacy_alter_table = OFF",
    """CREATE TRIGGER items_added AFTER INSERT ON items BEGIN UPDATE batches SET revision = revision + 1, highest =
max(highest, NEW.number), scanned = scanned + (NEW.progress <> 'removed'), ready = ready + NEW.claimable, problems
= problems + NEW.problem, queued = queued + NEW.queued_devices, sending = sending + NEW.sending_devices, unknown =
unknown + (NEW.unknown_devices + NEW.held_devices), claimed = claimed + NEW.claimed_devices, checking = checking +
(NEW.look_up = 'checking' AND NEW.progress <> 'removed'), unchecked = unchecked + (NEW.claimable > 0 AND
NEW.claim_status = 'unchecked') WHERE seq = NEW.batch; END""",
    """CREATE TRIGGER items_changed AFTER UPDATE ON items WHEN OLD.batch = NEW.batch AND ((OLD.progress <>
'removed'), OLD.claimable, OLD.problem, OLD.queued_devices, OLD.sending_devices, (OLD.unknown_devices +
OLD.held_devices), OLD.claimed_devices, (OLD.look_up = 'checking' AND OLD.progress <> 'removed'), (OLD.claimable >
0 AND OLD.claim_status = 'unchecked')) IS NOT ((NEW.progress <> 'removed'), NEW.claimable, NEW.problem,
NEW.queued_devices, NEW.sending_devices, (NEW.unknown_devices + NEW.held_devices), NEW.claimed_devices,
(NEW.look_up = 'checking' AND NEW.progress <> 'removed'), (NEW.claimable > 0 AND NEW.claim_status = 'unchecked'))
BEGIN UPDATE batches SET scanned = scanned + (NEW.progress <> 'removed') - (OLD.progress <> 'removed'), ready =
ready + NEW.claimable - OLD.claimable, problems = problems + NEW.problem - OLD.problem, queued = queued +
NEW.queued_devices - OLD.queued_devices, sending = sending + NEW.sending_devices - OLD.sending_devices, unknown =
unknown + (NEW.unknown_devices + NEW.held_devices) - (OLD.unknown_devices + OLD.held_devices), claimed = claimed +
NEW.claimed_devices - OLD.claimed_devices, checking = checking + (NEW.look_up = 'checking' AND NEW.progress <>
'removed') - (OLD.look_up = 'checking' AND OLD.progress <> 'removed'), unchecked = unchecked + (NEW.claimable > 0
AND NEW.claim_status = 'unchecked') - (OLD.claimable > 0 AND OLD.claim_status = 'unchecked') WHERE seq = NEW.batch;
END""",
    """CREATE TRIGGER items_moved AFTER UPDATE OF batch ON items WHEN OLD.batch <> NEW.batch BEGIN UPDATE batches
SET revision = revision + 1, scanned = scanned - (OLD.progress <> 'removed'), ready = ready - OLD.claimable,
problems = problems - OLD.problem, queued = queued - OLD.queued_devices, sending = sending - OLD.sending_devices,
unknown = unknown - (OLD.unknown_devices + OLD.held_devices), claimed = claimed - OLD.claimed_devices, checking =
checking - (OLD.look_up = 'checking' AND OLD.progress <> 'removed'), unchecked = unchecked - (OLD.claimable > 0 AND
OLD.claim_status = 'unchecked') WHERE seq = OLD.batch; UPDATE batches SET revision = revision + 1, highest =
max(highest, NEW.number), scanned = scanned + (NEW.progress <> 'removed'), ready = ready + NEW.claimable, problems
= problems + NEW.problem, queued = queued + NEW.queued_devices, sending = sending + NEW.sending_devices, unknown =
unknown + (NEW.unknown_devices + NEW.held_devices), claimed = claimed + NEW.claimed_devices, checking = checking +
(NEW.look_up = 'checking' AND NEW.progress <> 'removed'), unchecked = unchecked + (NEW.claimable > 0 AND
NEW.claim_status = 'unchecked') WHERE seq = NEW.batch; END""",
    """CREATE TRIGGER items_never_delete BEFORE DELETE ON items BEGIN SELECT RAISE(ABORT, 'items are never
changed'); END""",
    """CREATE TRIGGER events_never_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never
changed'); END""",
    """CREATE TRIGGER events_never_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never
changed'); END""",
)
