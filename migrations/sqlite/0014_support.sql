-- Numbers that count up without reuse.
CREATE TABLE sequences (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL                    -- the last one given
) STRICT;

-- Cases for a person.
CREATE TABLE tickets (
    id                    BLOB PRIMARY KEY,
    number                TEXT NOT NULL UNIQUE, -- for people: OTA-000001
    queue                 TEXT NOT NULL,     -- OTA, GENERAL
    status                TEXT NOT NULL,     -- OPEN, SOLVED
    priority              TEXT NOT NULL,     -- NORMAL, HIGH
    service_activation_id BLOB REFERENCES service_activations (service_activation_id),
    customer_id           BLOB NOT NULL REFERENCES users (id),
    vehicle_id            BLOB REFERENCES vehicles (id),
    reason                TEXT NOT NULL,     -- code of why it was opened
    diagnostics           TEXT NOT NULL,    -- the whole package; no secrets, no card data
    first_answer_due_at   TEXT NOT NULL,
    created_at            TEXT NOT NULL,
    updated_at            TEXT NOT NULL,
    version               INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX tickets_of_customer ON tickets (customer_id, created_at DESC);
CREATE INDEX tickets_of_activation ON tickets (service_activation_id);
CREATE INDEX tickets_open ON tickets (queue, created_at) WHERE status = 'OPEN';

-- Notes on a ticket, by the system or by people.
CREATE TABLE ticket_notes (
    id         BLOB PRIMARY KEY,
    ticket_id  BLOB NOT NULL REFERENCES tickets (id),
    author_id  BLOB,                         -- NULL: the system
    code       TEXT NOT NULL,                -- what the note is about
    data       TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX notes_of_ticket ON ticket_notes (ticket_id, created_at);
