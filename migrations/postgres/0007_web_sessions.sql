-- Browsers in which somebody is signed in. Visitors have no row.
CREATE TABLE web_sessions (
    id_hash      TEXT PRIMARY KEY,                     -- SHA-256 of the cookie's secret, as hex; the secret itself is in no table
    user_id      UUID NOT NULL REFERENCES users (id),  -- who is signed in
    created_at   TIMESTAMPTZ NOT NULL,                 -- when they signed in
    last_seen_at TIMESTAMPTZ NOT NULL,                 -- last request, give or take a minute
    expires_at   TIMESTAMPTZ NOT NULL,                 -- ends then however much it is used
    user_agent   TEXT NOT NULL DEFAULT '',             -- the browser as it presented itself, for the list on the account page
    address      TEXT NOT NULL DEFAULT ''              -- the network address at sign-in, for the same list
);
CREATE INDEX web_sessions_by_user ON web_sessions (user_id, last_seen_at);
CREATE INDEX web_sessions_by_expiry ON web_sessions (expires_at);
