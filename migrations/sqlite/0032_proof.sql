-- Who did what, newest first: the audit log's pages. Entries of the platform itself are many and not asked for there.
CREATE INDEX expediente_by_people ON expediente_entries (actor_kind, at DESC, id DESC) WHERE actor_kind IN ('CUSTOMER', 'STAFF', 'ANONYMOUS');
CREATE INDEX expediente_by_person ON expediente_entries (actor_id, at DESC, id DESC) WHERE actor_id IS NOT NULL;

-- The key of the hashes in `failure_audit`. Made once. Whoever destroys it makes the rows anonymous for good.
CREATE TABLE failure_audit_key (
    id         INTEGER PRIMARY KEY CHECK (id = 1), -- there is one
    secret     BLOB NOT NULL,              -- 256 random bits
    created_at TEXT NOT NULL
) STRICT;

-- Failures as an auditor counts them (rulebook §14), written with the failure itself. No personal data: no id of a person,
-- order or car stands here, only keyed hashes of them.
CREATE TABLE failure_audit (
    id            BLOB PRIMARY KEY,         -- UUID v7
    reference     TEXT NOT NULL UNIQUE,     -- keyed hash of what failed: the same failure is one row, and found again when it is solved
    at            TEXT NOT NULL,     -- when it was noticed, UTC
    customer      TEXT,                     -- keyed hash of the customer's id; NULL: nobody's
    failure_type  TEXT NOT NULL,            -- OTA_ACTIVATION_FAILED, PAYMENT_DECLINED …
    category      TEXT NOT NULL,            -- TECHNICAL, BUSINESS, DATA_VALIDATION, EXTERNAL_SYSTEM
    component     TEXT NOT NULL,            -- the part of CaaS that noticed
    code          TEXT,                     -- the reason's code
    attempts      INTEGER NOT NULL,          -- tries before it counted as failed
    resolution    TEXT NOT NULL,            -- OPEN, or how it ended
    resolved_at   TEXT,
    communication TEXT,                     -- which message was written to the customer; NULL: none is due
    impact_cents  INTEGER NOT NULL,          -- what it costs CaaS as far as known; 0 for a hold that is reversed
    currency      TEXT                      -- of the impact; NULL: no money is concerned
) STRICT;
CREATE INDEX failure_audit_newest ON failure_audit (at DESC, id DESC);
CREATE INDEX failure_audit_open ON failure_audit (at DESC, id DESC) WHERE resolved_at IS NULL;

-- Each time the promises were proven over the whole database.
CREATE TABLE verification_runs (
    id         BLOB PRIMARY KEY,            -- UUID v7
    started_at TEXT NOT NULL,
    ended_at   TEXT NOT NULL,
    entries    INTEGER NOT NULL,             -- entries of the expediente and the audit log that were read
    payments   INTEGER NOT NULL,             -- payments that were read
    violations INTEGER NOT NULL,             -- broken promises found; 0: all hold
    findings   TEXT NOT NULL               -- the first hundred of them, each with its ids
) STRICT;
CREATE INDEX verification_runs_newest ON verification_runs (started_at DESC, id DESC);
