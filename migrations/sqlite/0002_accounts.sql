-- Where cars are sold and handed over.
CREATE TABLE dealerships (
    id         BLOB PRIMARY KEY,            -- UUID v7
    name       TEXT NOT NULL,               -- as customers read it
    city       TEXT NOT NULL,               -- where it stands
    country    TEXT NOT NULL,               -- ISO 3166-1 alpha-2
    created_at TEXT NOT NULL
) STRICT;

-- People with an account, in whatever role.
CREATE TABLE users (
    id                 BLOB PRIMARY KEY,    -- UUID v7
    email              TEXT NOT NULL,       -- as its owner typed it; mails go here
    email_key          TEXT NOT NULL UNIQUE,-- the same in lower case: two spellings are one account
    name               TEXT NOT NULL,       -- how the person wants to be called
    role               TEXT NOT NULL,       -- CUSTOMER, DEALER, SUPPORT, OPERATIONS, ADMINISTRATOR
    dealership_id      BLOB REFERENCES dealerships (id), -- for DEALER: the only dealership it sees
    locale             TEXT NOT NULL,       -- language of pages and messages: es, en
    country            TEXT NOT NULL,       -- ISO 3166-1 alpha-2: whose consumer law and prices apply
    time_zone          TEXT NOT NULL,       -- IANA name: in which days and periods are counted
    phone              TEXT,                -- for SMS, in international form: +34600000000
    password_hash      TEXT,                -- Argon2id in PHC form; NULL while an invitation waits
    email_confirmed_at TEXT,                -- when its owner proved to read this address; NULL: may not sign in
    disabled_at        TEXT,                -- when an administrator or an erasure closed the account
    created_at         TEXT NOT NULL,
    updated_at         TEXT NOT NULL,
    version            INTEGER NOT NULL DEFAULT 1 -- goes up with every change
) STRICT;
CREATE INDEX users_by_dealership ON users (dealership_id, id) WHERE dealership_id IS NOT NULL;
CREATE INDEX users_by_role ON users (role, id);

-- Links sent by mail that work once.
CREATE TABLE user_tokens (
    hash          TEXT PRIMARY KEY,         -- SHA-256 of the secret in the link, as hex; the secret itself is in no table
    user_id       BLOB NOT NULL REFERENCES users (id),
    purpose       TEXT NOT NULL,            -- CONFIRM_EMAIL, RESET_PASSWORD, INVITATION
    password_hash TEXT,                     -- CONFIRM_EMAIL: the password chosen with this sign-up, valid once confirmed
    expires_at    TEXT NOT NULL,            -- useless from here on
    used_at       TEXT,                     -- when it was used or became void
    created_at    TEXT NOT NULL
) STRICT;
CREATE INDEX user_tokens_by_user ON user_tokens (user_id, purpose);
CREATE INDEX user_tokens_by_expiry ON user_tokens (expires_at);

-- How often something guessable was tried of late.
CREATE TABLE attempt_limits (
    key               TEXT PRIMARY KEY,     -- which limit, and a hash of the account or network address it counts for
    window_started_at TEXT NOT NULL,        -- when counting began
    last_at           TEXT NOT NULL,        -- the last try that counted
    count             INTEGER NOT NULL      -- tries since counting began
) STRICT;
CREATE INDEX attempt_limits_by_time ON attempt_limits (last_at);
