-- A car goes from one customer to another.

CREATE TABLE owner_changes (
    id            BLOB PRIMARY KEY,
    vehicle_id    BLOB NOT NULL REFERENCES vehicles (id),
    from_customer BLOB REFERENCES users (id),       -- nobody when the last owner's account was erased
    to_customer   BLOB NOT NULL REFERENCES users (id),
    started_by    BLOB NOT NULL REFERENCES users (id), -- the owner, or a person of ours or of the dealership
    state         TEXT NOT NULL,    -- OFFERED, ACCEPTED, WITHDRAWN, EXPIRED
    code_hash     TEXT NOT NULL,    -- SHA-256 of the code that the new owner types, as hex
    tries         INTEGER NOT NULL DEFAULT 0, -- wrong codes so far
    created_at    TEXT NOT NULL,
    expires_at    TEXT NOT NULL,
    ended_at      TEXT
) STRICT;
CREATE UNIQUE INDEX owner_changes_one_open ON owner_changes (vehicle_id) WHERE state = 'OFFERED';
CREATE INDEX owner_changes_to ON owner_changes (to_customer, created_at DESC);
CREATE INDEX owner_changes_from ON owner_changes (from_customer, created_at DESC);

-- When the car, with what runs in it, went to another owner: its buyer hears no more of it.
ALTER TABLE service_activations ADD COLUMN handed_over_at TEXT;
