-- Outside systems, watched: what calls to them came to, and who opened and closed their breakers.

-- Calls of a minute. Each process counts in memory and adds here every few seconds; a crash loses what it had not added yet.
-- Kept for 35 days.
CREATE TABLE outside_minutes (
    system   TEXT NOT NULL,                 -- IOT, PAYMENTS, REGISTRATION_ES …
    minute   TIMESTAMPTZ NOT NULL,          -- its beginning; a call counts where it ended
    calls    BIGINT NOT NULL,               -- calls that ended in it
    failures BIGINT NOT NULL,               -- of these: no answer, or an answer that says the system is out of order
    timeouts BIGINT NOT NULL,               -- of these failures: no answer in time
    millis   BIGINT NOT NULL,               -- how long the calls took together
    PRIMARY KEY (system, minute)
);
CREATE INDEX outside_minutes_oldest ON outside_minutes (minute);

-- Since when a person keeps a breaker open; NULL: nobody does, it opens and closes by itself.
ALTER TABLE breakers ADD COLUMN held_since TIMESTAMPTZ;

-- Each time a breaker opened or closed.
CREATE TABLE breaker_changes (
    id           UUID PRIMARY KEY,          -- UUID v7
    system       TEXT NOT NULL,
    at           TIMESTAMPTZ NOT NULL,
    before_state TEXT NOT NULL,             -- CLOSED, OPEN, HALF_OPEN
    after_state  TEXT NOT NULL,
    decided_by   UUID REFERENCES users (id), -- which of our people; NULL: failures or an answer
    reason       TEXT                       -- in that person's words
);
CREATE INDEX breaker_changes_newest ON breaker_changes (system, at DESC, id DESC);

-- What was written down in the audit log alone so far.
INSERT INTO breaker_changes (id, system, at, before_state, after_state)
SELECT id, CAST(data AS JSONB) ->> 'system', at, before_state, after_state FROM expediente_entries
WHERE subject_id = '00000000-0000-0000-0000-000000000000' AND kind = 'BREAKER_CHANGED';
