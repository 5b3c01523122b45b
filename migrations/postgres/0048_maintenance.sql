-- What the workshops' system (VSS) said of each vehicle last, how asking goes, and the warranty that follows.
CREATE TABLE vehicle_maintenance (
    vehicle_id     UUID PRIMARY KEY REFERENCES vehicles (id),
    answered_at    TIMESTAMPTZ,                  -- when VSS last answered
    as_of          TIMESTAMPTZ,                  -- of when its answer is; absent when it has no history
    blocks         JSONB NOT NULL,               -- its answer: list of {name, compliance, overdueSince, outstanding}
    tries          BIGINT NOT NULL DEFAULT 0,    -- failed tries in a row
    silent_at      TIMESTAMPTZ,                  -- when the last of the tries failed; absent since it answered
    silence_id     UUID,                         -- that failure in the audit
    warranty       TEXT NOT NULL DEFAULT 'VALID',-- VALID, LOST
    warranty_since TIMESTAMPTZ,                  -- when it last changed
    version        BIGINT NOT NULL DEFAULT 0     -- against lost updates
);

-- When each vehicle is next looked at by the daily check: at a minute of its own. Never planned yet: at once.
ALTER TABLE vehicles ADD COLUMN maintenance_check_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00+00:00';
CREATE INDEX vehicles_maintenance_due ON vehicles (maintenance_check_at, id) WHERE inventory_status = 'DELIVERED';
