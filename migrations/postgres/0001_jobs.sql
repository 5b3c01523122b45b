-- Work that happens later. A row is deleted in the transaction that holds the work's effect.
CREATE TABLE jobs (
    id           UUID PRIMARY KEY,          -- UUID v7
    kind         TEXT NOT NULL,             -- which handler runs it
    payload      JSONB NOT NULL,             -- JSON, the handler's own
    unique_key   TEXT UNIQUE,               -- at most one job with this key exists
    due_at       TIMESTAMPTZ NOT NULL,             -- not run before this time
    attempts     BIGINT NOT NULL DEFAULT 0,-- runs begun since the last success or postponement
    max_attempts BIGINT NOT NULL,          -- runs after which it is dead
    leased_until TIMESTAMPTZ,                      -- while this lies ahead, a runner holds the job
    last_error   TEXT,                      -- why the last run failed
    died_at      TIMESTAMPTZ,                      -- given up: waits for a person
    created_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE died_at IS NULL;
CREATE INDEX jobs_dead ON jobs (died_at, id) WHERE died_at IS NOT NULL;
