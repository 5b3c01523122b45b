-- The timeline of what happened, and the audit log: one append-only table of hash chains.
-- Each customer's expediente is a chain of its own, so that customers never wait for each other; what concerns no
-- customer stands in the chain of id zero.
CREATE TABLE expediente_chains (
    chain_id  UUID PRIMARY KEY,             -- the customer, or zero for the platform
    last_seq  BIGINT NOT NULL,              -- number of the newest entry
    last_hash TEXT NOT NULL                 -- hash of the newest entry
);
CREATE TABLE expediente_entries (
    id           UUID PRIMARY KEY,          -- UUID v7
    chain_id     UUID NOT NULL REFERENCES expediente_chains (chain_id),
    seq          BIGINT NOT NULL,           -- 1, 2, 3 … within the chain
    at           TIMESTAMPTZ NOT NULL,
    actor_kind   TEXT NOT NULL,             -- CUSTOMER, STAFF, SYSTEM, VEHICLE, GATEWAY …
    actor_id     UUID,                      -- the person, where there is one
    kind         TEXT NOT NULL,             -- what happened
    subject_kind TEXT NOT NULL,             -- ACTIVATION, PAYMENT, ACCOUNT …
    subject_id   UUID NOT NULL,
    vehicle_id   UUID,                      -- the car it concerns, where there is one
    before_state TEXT,                      -- for a change of state
    after_state  TEXT,
    data         TEXT NOT NULL,             -- JSON as text, so that its hash stays the same: facts for the reader, no secrets
    visible      BOOLEAN NOT NULL,          -- part of the customer's story
    previous     TEXT NOT NULL,             -- hash of the entry before
    hash         TEXT NOT NULL,             -- SHA-256 over previous and all of the above, hex
    UNIQUE (chain_id, seq)
);
CREATE INDEX expediente_story ON expediente_entries (chain_id, seq DESC) WHERE visible;
CREATE INDEX expediente_subject ON expediente_entries (subject_id, seq);
