-- Each UTC day whose settlement report the gateway was asked for.
CREATE TABLE reconciliation_runs (
    day         TEXT PRIMARY KEY,        -- 2026-05-01, by UTC
    state       TEXT NOT NULL,           -- WAITING: tried again by itself; FAILED: until the next night or a person; DONE
    tries       INTEGER NOT NULL,         -- times in a row that brought no report
    note        TEXT,                    -- why the last one brought none
    lines       INTEGER NOT NULL,         -- of the report that is kept
    asked_by    BLOB REFERENCES users (id), -- who asked for it by hand; NULL: it is every night's
    asked_at    TEXT,             -- when the gateway was asked last
    stored_at   TEXT,             -- since when its report is kept
    compared_at TEXT              -- when it was compared with the books last
) STRICT;

-- What the reports say, line by line; asked for again, a day's lines are replaced as a whole.
CREATE TABLE settlement_lines (
    day                TEXT NOT NULL REFERENCES reconciliation_runs (day),
    position           INTEGER NOT NULL,  -- in the report, from 0
    gateway_payment_id TEXT NOT NULL,
    kind               TEXT NOT NULL,    -- CAPTURE, REFUND, CHARGEBACK
    status             TEXT NOT NULL,    -- SETTLED, FAILED
    amount_cents       INTEGER NOT NULL,  -- gross
    currency           TEXT NOT NULL,
    fees_cents         INTEGER,           -- what the gateway keeps
    bank_reference     TEXT,             -- the bank's id of the transfer
    failure_reason     TEXT,             -- the gateway's code of why it failed
    PRIMARY KEY (day, position)
) STRICT;
CREATE INDEX settlement_lines_of_payment ON settlement_lines (gateway_payment_id, day, position);
CREATE INDEX settlement_lines_of_day ON settlement_lines (day, gateway_payment_id);

-- Where report and books disagree. Found again, a row is the same row: people's words stay with it.
CREATE TABLE reconciliation_discrepancies (
    id                 BLOB PRIMARY KEY, -- UUID v7
    day                TEXT NOT NULL,    -- of the report's line; of our booking where the report has none
    gateway_payment_id TEXT NOT NULL,
    kind               TEXT NOT NULL,    -- CAPTURE, REFUND, CHARGEBACK
    class              TEXT NOT NULL,    -- MISSING_HERE, MISSING_THERE, AMOUNT_DIFFERS, STATUS_DIFFERS, SETTLEMENT_FAILED
    payment_id         BLOB REFERENCES payments (id), -- NULL: we know of no such payment
    here_cents         INTEGER,           -- what the books say
    there_cents        INTEGER,           -- what the report says
    currency           TEXT NOT NULL,
    here_state         TEXT,             -- the settlement in our books
    there_state        TEXT,             -- SETTLED, FAILED
    state              TEXT NOT NULL,    -- OPEN, RESOLVED
    resolution         TEXT,             -- GONE, APPLIED, or a person's word: EXPLAINED, GATEWAY_CORRECTS, ACCEPTED
    agent_id           BLOB REFERENCES users (id), -- who of finance deals with it
    found_at           TEXT NOT NULL,
    seen_at            TEXT NOT NULL, -- when it was found the last time
    resolved_at        TEXT,
    UNIQUE (day, gateway_payment_id, kind, class)
) STRICT;
CREATE INDEX discrepancies_newest ON reconciliation_discrepancies (day DESC, id DESC);
CREATE INDEX discrepancies_open ON reconciliation_discrepancies (day DESC, id DESC) WHERE state = 'OPEN';
CREATE INDEX discrepancies_of_payment ON reconciliation_discrepancies (payment_id) WHERE payment_id IS NOT NULL;

-- What was done about a discrepancy and said of it, oldest first; never changed.
CREATE TABLE reconciliation_notes (
    id             BLOB PRIMARY KEY,     -- UUID v7
    discrepancy_id BLOB NOT NULL REFERENCES reconciliation_discrepancies (id),
    at             TEXT NOT NULL,
    agent_id       BLOB REFERENCES users (id), -- who; NULL: it happened by itself
    deed           TEXT NOT NULL,        -- ASSIGNED, COMMENTED, RESOLVED, REOPENED, APPLIED, GONE, BACK
    text           TEXT NOT NULL         -- in their words
) STRICT;
CREATE INDEX notes_of_discrepancy ON reconciliation_notes (discrepancy_id, at, id);
