-- The timeline of what happened, and the audit log: one append-only table of hash chains.
-- Each customer's expediente is a chain of its own, so that customers never wait for each other; what concerns no
-- customer stands in the chain of id zero.
CREATE TABLE expediente_chains (
    chain_id  BLOB PRIMARY KEY,             -- the customer, or zero for the platform
    last_seq  INTEGER NOT NULL,              -- number of the newest entry
    last_hash TEXT NOT NULL                 -- hash of the newest entry
) STRICT;
CREATE TABLE expediente_entries (
    id           BLOB PRIMARY KEY,          -- UUID v7
    chain_id     BLOB NOT NULL REFERENCES expediente_chains (chain_id),
    seq          INTEGER NOT NULL,           -- 1, 2, 3 … within the chain
    at           TEXT NOT NULL,
    actor_kind   TEXT NOT NULL,             -- CUSTOMER, STAFF, SYSTEM, VEHICLE, GATEWAY …
    actor_id     BLOB,                      -- the person, where there is one
    kind         TEXT NOT NULL,             -- what happened
    subject_kind TEXT NOT NULL,             -- ACTIVATION, PAYMENT, ACCOUNT …
    subject_id   BLOB NOT NULL,
    vehicle_id   BLOB,                      -- the car it concerns, where there is one
    before_state TEXT,                      -- for a change of state
    after_state  TEXT,
    data         TEXT NOT NULL,             -- JSON as text, so that its hash stays the same: facts for the reader, no secrets
    visible      INTEGER NOT NULL,          -- part of the customer's story
    previous     TEXT NOT NULL,             -- hash of the entry before
    hash         TEXT NOT NULL,             -- SHA-256 over previous and all of the above, hex
    UNIQUE (chain_id, seq)
) STRICT;
CREATE INDEX expediente_story ON expediente_entries (chain_id, seq DESC) WHERE visible;
CREATE INDEX expediente_subject ON expediente_entries (subject_id, seq);
