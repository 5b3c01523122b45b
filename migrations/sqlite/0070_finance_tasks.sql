-- What people of finance have to do: one task for each charge that a customer's bank took back (rulebook §5).
CREATE TABLE finance_tasks (
    id           BLOB PRIMARY KEY,          -- UUID v7
    payment_id   BLOB NOT NULL UNIQUE REFERENCES payments (id), -- the charge: one task, however often the bank's word comes
    amount_cents INTEGER NOT NULL,          -- what the bank took back
    currency     TEXT NOT NULL,
    reason       TEXT,                      -- the bank's code of why; NULL: it gave none
    state        TEXT NOT NULL,             -- OPEN, IN_PROGRESS, ANSWERED, WON, LOST
    owner_id     BLOB REFERENCES users (id), -- who of finance deals with it; NULL: nobody yet
    due_at       TEXT NOT NULL,             -- until when the bank wants our answer
    opened_at    TEXT NOT NULL,
    answered_at  TEXT,                      -- when the evidence went to the bank
    closed_at    TEXT,                      -- when the bank had decided, or we let it be
    version      INTEGER NOT NULL DEFAULT 0 -- against lost updates
) STRICT;
CREATE INDEX finance_tasks_waiting ON finance_tasks (due_at, id) WHERE closed_at IS NULL;
CREATE INDEX finance_tasks_newest ON finance_tasks (opened_at DESC, id DESC);

-- What was done about a task and said of it, oldest first; never changed.
CREATE TABLE finance_task_notes (
    id       BLOB PRIMARY KEY,              -- UUID v7
    task_id  BLOB NOT NULL REFERENCES finance_tasks (id),
    at       TEXT NOT NULL,
    agent_id BLOB NOT NULL REFERENCES users (id), -- who
    deed     TEXT NOT NULL,                 -- TAKEN, COMMENTED, ANSWERED, WON, LOST
    text     TEXT NOT NULL                  -- in their words
) STRICT;
CREATE INDEX notes_of_finance_task ON finance_task_notes (task_id, at, id);
