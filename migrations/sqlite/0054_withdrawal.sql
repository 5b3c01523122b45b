-- Withdrawal from contracts about services (desistimiento): what the customer declared, when, how, and what comes back.
CREATE TABLE withdrawals (
    id                    BLOB PRIMARY KEY,
    service_activation_id BLOB NOT NULL UNIQUE REFERENCES service_activations (service_activation_id), -- declared once
    customer_id           BLOB NOT NULL REFERENCES users (id),
    via                   TEXT NOT NULL,     -- EXPEDIENTE, EMAIL_LINK
    declared_at           TEXT NOT NULL,
    locale                TEXT NOT NULL,     -- the language it was declared in
    statement             TEXT NOT NULL,     -- the declaration, word for word
    window_ends_at        TEXT NOT NULL, -- the end of the period, as it was worked out then
    policy                TEXT NOT NULL,     -- FULL, PRO_RATA: what decided the amount
    used_days             INTEGER,            -- with PRO_RATA
    money                 TEXT NOT NULL,     -- what was to become of the money: REFUND, NOTHING_CHARGED …
    refund_cents          INTEGER NOT NULL CHECK (refund_cents >= 0),
    currency              TEXT NOT NULL,
    payment_id            BLOB REFERENCES payments (id)
) STRICT;
CREATE INDEX withdrawals_of_customer ON withdrawals (customer_id, declared_at DESC);

-- The declaration stands with the service it ends: without it no paid one-time service is switched off (promise 8).
ALTER TABLE service_activations ADD COLUMN withdrawal_id BLOB REFERENCES withdrawals (id);
-- The customer wants to cancel, and bank or car had not answered: done as soon as that is possible.
ALTER TABLE service_activations ADD COLUMN cancel_wanted_at TEXT;

-- What signs the links of mails by which one withdraws without signing in.
CREATE TABLE withdrawal_key (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    secret     BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

-- Holidays that an administrator adds to those of the law: one-off days, and changes of the law.
CREATE TABLE public_holidays (
    country  TEXT NOT NULL,                  -- ES, FR, DE, GB, US …
    day      TEXT NOT NULL,                  -- 2026-05-01
    name     TEXT NOT NULL,
    added_by BLOB NOT NULL REFERENCES users (id),
    added_at TEXT NOT NULL,
    PRIMARY KEY (country, day)
) STRICT;

-- Refunds under way, the oldest first: they are due within 14 days.
ALTER TABLE payment_operations ADD COLUMN alarmed_at TEXT; -- when people were told that the end is near
CREATE INDEX operations_refunding ON payment_operations (requested_at, id) WHERE kind = 'REFUND' AND state = 'REQUESTED';
CREATE INDEX operations_refunds ON payment_operations (requested_at DESC, id DESC) WHERE kind = 'REFUND';
