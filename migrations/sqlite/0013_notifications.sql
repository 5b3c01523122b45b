-- What is said to whom: one row a channel, written with what it tells.
CREATE TABLE notifications (
    id          BLOB PRIMARY KEY,
    user_id     BLOB NOT NULL REFERENCES users (id),
    event       TEXT NOT NULL,               -- which message
    channel     TEXT NOT NULL,               -- EMAIL, IN_APP
    unique_key  TEXT NOT NULL UNIQUE,        -- the same thing is said once a channel
    locale      TEXT NOT NULL,
    address     TEXT,                        -- where it goes, for email
    subject     TEXT NOT NULL,
    body_text   TEXT NOT NULL,               -- as rendered; blanked after sending when it holds a secret link
    body_html   TEXT NOT NULL,
    link        TEXT,                        -- page it leads to
    secret      INTEGER NOT NULL,            -- holds a link that signs in or confirms
    deadline_at TEXT NOT NULL,        -- late after this
    status      TEXT NOT NULL,               -- WAITING, SENT, FAILED
    attempts    INTEGER NOT NULL DEFAULT 0,
    last_error  TEXT,
    created_at  TEXT NOT NULL,
    sent_at     TEXT,
    read_at     TEXT                  -- in-app: seen by its reader
) STRICT;
CREATE INDEX notifications_of_user ON notifications (user_id, created_at DESC, id DESC) WHERE channel = 'IN_APP';
CREATE INDEX notifications_unread ON notifications (user_id) WHERE channel = 'IN_APP' AND read_at IS NULL;
CREATE INDEX notifications_waiting ON notifications (deadline_at) WHERE status = 'WAITING';
