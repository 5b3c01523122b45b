-- What a person may ask of their data, and what support noted of a theft.

ALTER TABLE theft_notes ADD COLUMN says TEXT NOT NULL DEFAULT 'STOLEN'; -- STOLEN, BACK: the newest of a car counts

-- Copies of all personal data of one customer (GDPR art. 15 and 20).
CREATE TABLE data_exports (
    id           BLOB PRIMARY KEY,
    customer_id  BLOB NOT NULL REFERENCES users (id),
    state        TEXT NOT NULL,     -- REQUESTED, READY, EXPIRED
    requested_at TEXT NOT NULL,
    ready_at     TEXT,
    expires_at   TEXT,       -- from here on nobody gets it, and its content is thrown away
    size         INTEGER,            -- bytes
    content      BLOB              -- a ZIP file; only while it is READY
) STRICT;
CREATE UNIQUE INDEX data_exports_one_open ON data_exports (customer_id) WHERE state = 'REQUESTED';
CREATE INDEX data_exports_of_customer ON data_exports (customer_id, requested_at DESC);

-- Wishes to be forgotten (GDPR art. 17).
CREATE TABLE erasures (
    id            BLOB PRIMARY KEY,
    customer_id   BLOB NOT NULL REFERENCES users (id),
    state         TEXT NOT NULL,    -- PLANNED, TAKEN_BACK, STOPPED (something stood in the way), DONE
    requested_at  TEXT NOT NULL,
    due_at        TEXT NOT NULL, -- until then it can be taken back
    ended_at      TEXT,
    invoices_until TEXT      -- when the law no longer wants the buyer named on the invoices; then that goes too
) STRICT;
CREATE UNIQUE INDEX erasures_one_planned ON erasures (customer_id) WHERE state = 'PLANNED';
CREATE INDEX erasures_of_customer ON erasures (customer_id, requested_at DESC);
