-- A car goes from one customer to another.

CREATE TABLE owner_changes (
    id            UUID PRIMARY KEY,
    vehicle_id    UUID NOT NULL REFERENCES vehicles (id),
    from_customer UUID REFERENCES users (id),       -- nobody when the last owner's account was erased
    to_customer   UUID NOT NULL REFERENCES users (id),
    started_by    UUID NOT NULL REFERENCES users (id), -- the owner, or a person of ours or of the dealership
    state         TEXT NOT NULL,    -- OFFERED, ACCEPTED, WITHDRAWN, EXPIRED
    code_hash     TEXT NOT NULL,    -- SHA-256 of the code that the new owner types, as hex
    tries         BIGINT NOT NULL DEFAULT 0, -- wrong codes so far
    created_at    TIMESTAMPTZ NOT NULL,
    expires_at    TIMESTAMPTZ NOT NULL,
    ended_at      TIMESTAMPTZ
);
CREATE UNIQUE INDEX owner_changes_one_open ON owner_changes (vehicle_id) WHERE state = 'OFFERED';
CREATE INDEX owner_changes_to ON owner_changes (to_customer, created_at DESC);
CREATE INDEX owner_changes_from ON owner_changes (from_customer, created_at DESC);

-- When the car, with what runs in it, went to another owner: its buyer hears no more of it.
ALTER TABLE service_activations ADD COLUMN handed_over_at TIMESTAMPTZ;
