-- Work that happens later. A row is deleted in the transaction that holds the work's effect.
CREATE TABLE jobs (
    id           BLOB PRIMARY KEY,          -- UUID v7
    kind         TEXT NOT NULL,             -- which handler runs it
    payload      TEXT NOT NULL,             -- JSON, the handler's own
    unique_key   TEXT UNIQUE,               -- at most one job with this key exists
    due_at       TEXT NOT NULL,             -- not run before this time
    attempts     INTEGER NOT NULL DEFAULT 0,-- runs begun since the last success or postponement
    max_attempts INTEGER NOT NULL,          -- runs after which it is dead
    leased_until TEXT,                      -- while this lies ahead, a runner holds the job
    last_error   TEXT,                      -- why the last run failed
    died_at      TEXT,                      -- given up: waits for a person
    created_at   TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE died_at IS NULL;
CREATE INDEX jobs_dead ON jobs (died_at, id) WHERE died_at IS NOT NULL;
