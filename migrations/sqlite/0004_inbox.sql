-- What outside systems told us by webhook: stored before it is answered, interpreted by a job.
CREATE TABLE webhook_inbox (
    id           BLOB PRIMARY KEY,           -- UUID v7
    sender       TEXT NOT NULL,              -- IOT, PAYMENTS
    webhook_id   TEXT NOT NULL,              -- the sender's id; the same again is the same message
    body_sha256  TEXT NOT NULL,              -- hexadecimal; tells a repetition from another body under a known id
    body         TEXT NOT NULL,              -- JSON, byte for byte as it was signed
    received_at  TEXT NOT NULL,
    state        TEXT NOT NULL,              -- RECEIVED, PROCESSED, UNMATCHED
    processed_at TEXT,                       -- when it left RECEIVED
    attempts     INTEGER NOT NULL DEFAULT 0, -- interpretations that found nothing it concerns
    note         TEXT,                       -- for operators
    UNIQUE (sender, webhook_id)
) STRICT;
CREATE INDEX webhook_inbox_unmatched ON webhook_inbox (received_at, id) WHERE state = 'UNMATCHED';

-- A known id that came, validly signed, with another body: it has no effect, operators look at it.
CREATE TABLE webhook_notes (
    id           BLOB PRIMARY KEY,           -- UUID v7
    inbox_id     BLOB NOT NULL REFERENCES webhook_inbox (id), -- the message that was there first
    sender       TEXT NOT NULL,
    webhook_id   TEXT NOT NULL,
    body_sha256  TEXT NOT NULL,
    body         TEXT NOT NULL,              -- the other body
    note         TEXT NOT NULL,              -- what is strange about it
    received_at  TEXT NOT NULL,
    UNIQUE (inbox_id, body_sha256)
) STRICT;
CREATE INDEX webhook_notes_newest ON webhook_notes (received_at, id);
