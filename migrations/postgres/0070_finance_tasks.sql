-- What people of finance have to do: one task for each charge that a customer's bank took back (rulebook §5).
CREATE TABLE finance_tasks (
    id           UUID PRIMARY KEY,          -- UUID v7
    payment_id   UUID NOT NULL UNIQUE REFERENCES payments (id), -- the charge: one task, however often the bank's word comes
    amount_cents BIGINT NOT NULL,          -- what the bank took back
    currency     TEXT NOT NULL,
    reason       TEXT,                      -- the bank's code of why; NULL: it gave none
    state        TEXT NOT NULL,             -- OPEN, IN_PROGRESS, ANSWERED, WON, LOST
    owner_id     UUID REFERENCES users (id), -- who of finance deals with it; NULL: nobody yet
    due_at       TIMESTAMPTZ NOT NULL,             -- until when the bank wants our answer
    opened_at    TIMESTAMPTZ NOT NULL,
    answered_at  TIMESTAMPTZ,                      -- when the evidence went to the bank
    closed_at    TIMESTAMPTZ,                      -- when the bank had decided, or we let it be
    version      BIGINT NOT NULL DEFAULT 0 -- against lost updates
);
CREATE INDEX finance_tasks_waiting ON finance_tasks (due_at, id) WHERE closed_at IS NULL;
CREATE INDEX finance_tasks_newest ON finance_tasks (opened_at DESC, id DESC);

-- What was done about a task and said of it, oldest first; never changed.
CREATE TABLE finance_task_notes (
    id       UUID PRIMARY KEY,              -- UUID v7
    task_id  UUID NOT NULL REFERENCES finance_tasks (id),
    at       TIMESTAMPTZ NOT NULL,
    agent_id UUID NOT NULL REFERENCES users (id), -- who
    deed     TEXT NOT NULL,                 -- TAKEN, COMMENTED, ANSWERED, WON, LOST
    text     TEXT NOT NULL                  -- in their words
);
CREATE INDEX notes_of_finance_task ON finance_task_notes (task_id, at, id);
