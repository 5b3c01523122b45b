-- Subscriptions (mes vencido): each period is billed after it has ended.
CREATE TABLE subscriptions (
    id                         BLOB PRIMARY KEY,
    service_activation_id      BLOB NOT NULL UNIQUE REFERENCES service_activations (service_activation_id),
    customer_id                BLOB NOT NULL REFERENCES users (id),
    vehicle_id                 BLOB NOT NULL REFERENCES vehicles (id),
    service_id                 BLOB NOT NULL REFERENCES services (id),
    offer_id                   BLOB NOT NULL REFERENCES offers (id),
    service_names              TEXT NOT NULL,      -- {es, en} as ordered
    price_cents                INTEGER NOT NULL CHECK (price_cents > 0), -- of a whole period, VAT included, as agreed
    currency                   TEXT NOT NULL,
    vat_rate_basis_points      INTEGER NOT NULL,
    country                    TEXT NOT NULL,       -- whose legal entity bills it
    time_zone                  TEXT NOT NULL,       -- IANA name: in whose days its periods are counted, from begin to end
    anchor_day                 INTEGER NOT NULL CHECK (anchor_day BETWEEN 1 AND 31), -- day of the month a period begins on
    started_on                 TEXT NOT NULL,       -- 2026-11-21: the day the vehicle confirmed
    period_start               TEXT NOT NULL,       -- first day of the period that runs
    period_end                 TEXT NOT NULL,       -- first day of the next one
    next_billing_at            TEXT,         -- when the period is over: midnight in its time zone; NULL once it has ended
    status                     TEXT NOT NULL,       -- ACTIVE, PAST_DUE, CANCELLED
    cancel_at_period_end       INTEGER NOT NULL,
    next_offer_id              BLOB REFERENCES offers (id), -- chosen by the customer, from the next period on
    next_price_cents           INTEGER,
    next_vat_rate_basis_points INTEGER,
    failures                   INTEGER NOT NULL DEFAULT 0, -- tries of the dunning calendar that failed
    next_charge_at             TEXT,         -- next step of the dunning calendar
    dunning_ends_at            TEXT,         -- its last step
    refused_method_id          BLOB REFERENCES payment_methods (id), -- declined for good: not tried again by itself
    ended_at                   TEXT,
    end_reason                 TEXT,                -- PERIOD_END, AT_ONCE, UNPAID, WITHDRAWN, NEW_OWNER
    version                    INTEGER NOT NULL DEFAULT 0,
    created_at                 TEXT NOT NULL,
    updated_at                 TEXT NOT NULL
) STRICT;
CREATE INDEX subscriptions_due ON subscriptions (next_billing_at, id) WHERE next_billing_at IS NOT NULL;
CREATE INDEX subscriptions_of_customer ON subscriptions (customer_id, id);
CREATE INDEX subscriptions_of_vehicle ON subscriptions (vehicle_id, id);
CREATE INDEX subscriptions_by_status ON subscriptions (status, id);
CREATE INDEX subscriptions_dunned ON subscriptions (next_charge_at, id) WHERE next_charge_at IS NOT NULL;

-- Who sells in a country, as its invoices say it.
CREATE TABLE legal_entities (
    country   TEXT PRIMARY KEY,                     -- ISO 3166-1 alpha-2
    name      TEXT NOT NULL,
    address   TEXT NOT NULL,                        -- lines
    tax_id    TEXT NOT NULL,
    series    TEXT NOT NULL UNIQUE,                 -- begins its invoice numbers
    time_zone TEXT NOT NULL                         -- whose date an invoice carries
) STRICT;
INSERT INTO legal_entities (country, name, address, tax_id, series, time_zone) VALUES
    ('ES', 'CaaS Movilidad España, S.L.', 'Calle de Alcalá 200
28028 Madrid
España', 'ESB00000018', 'ES', 'Europe/Madrid'),
    ('FR', 'CaaS Mobilité France SAS', '12 rue de Rivoli
75004 Paris
France', 'FR00000000018', 'FR', 'Europe/Paris'),
    ('DE', 'CaaS Mobilität Deutschland GmbH', 'Friedrichstraße 90
10117 Berlin
Deutschland', 'DE000000018', 'DE', 'Europe/Berlin'),
    ('GB', 'CaaS Mobility UK Ltd', '30 Finsbury Square
London EC2A 1AG
United Kingdom', 'GB000000018', 'GB', 'Europe/London'),
    ('US', 'CaaS Mobility USA, Inc.', '350 Fifth Avenue
New York, NY 10118
United States', '00-0000018', 'US', 'America/New_York');

-- The last number given out in each series: without gaps, because the row is counted up in the transaction of the invoice.
CREATE TABLE invoice_numbers (
    series TEXT NOT NULL,
    year   INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (series, year)
) STRICT;

-- What a customer owes after subscriptions that ended unpaid.
CREATE TABLE debts (
    id              BLOB PRIMARY KEY,
    subscription_id BLOB NOT NULL UNIQUE REFERENCES subscriptions (id),
    customer_id     BLOB NOT NULL REFERENCES users (id),
    amount_cents    INTEGER NOT NULL CHECK (amount_cents > 0),
    currency        TEXT NOT NULL,
    state           TEXT NOT NULL,                  -- OPEN, IN_COLLECTION, PAID, WRITTEN_OFF, CANCELLED
    reason          TEXT,                           -- why it was written off, in somebody's words
    decided_by      BLOB REFERENCES users (id),     -- who handed it over or wrote it off
    version         INTEGER NOT NULL DEFAULT 0,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    closed_at       TEXT                     -- paid, written off, or cancelled by a withdrawal
) STRICT;
CREATE INDEX debts_of_customer ON debts (customer_id, id);
CREATE INDEX debts_unpaid ON debts (customer_id) WHERE state IN ('OPEN', 'IN_COLLECTION');
CREATE INDEX debts_by_state ON debts (state, id);

-- Invoices. Nothing but the state and what belongs to it ever changes; what was wrong is undone by a credit note.
CREATE TABLE invoices (
    id                    BLOB PRIMARY KEY,
    number                TEXT NOT NULL UNIQUE,     -- ES-2026-000001
    series                TEXT NOT NULL,
    year                  INTEGER NOT NULL,
    seq                   INTEGER NOT NULL,
    kind                  TEXT NOT NULL,            -- PERIOD, USED_DAYS, CREDIT_NOTE
    customer_id           BLOB NOT NULL REFERENCES users (id),
    subscription_id       BLOB NOT NULL REFERENCES subscriptions (id),
    vehicle_id            BLOB NOT NULL REFERENCES vehicles (id),
    period_start          TEXT NOT NULL,            -- first day billed
    period_end            TEXT NOT NULL,            -- first day not billed any more
    net_cents             INTEGER NOT NULL,
    vat_cents             INTEGER NOT NULL,
    gross_cents           INTEGER NOT NULL,
    currency              TEXT NOT NULL,
    vat_rate_basis_points INTEGER NOT NULL,
    seller_name           TEXT NOT NULL,            -- as of the issue, like all that follows
    seller_address        TEXT NOT NULL,
    seller_tax_id         TEXT NOT NULL,
    buyer_name            TEXT NOT NULL,
    buyer_email           TEXT NOT NULL,
    buyer_country         TEXT NOT NULL,
    issued_on             TEXT NOT NULL,            -- in the seller's time zone
    due_on                TEXT NOT NULL,
    state                 TEXT NOT NULL,            -- ISSUED, PAID, IN_DEBT, CANCELLED
    debt_id               BLOB REFERENCES debts (id), -- the debt it became a part of
    credits_id            BLOB UNIQUE REFERENCES invoices (id), -- of a credit note: the invoice it undoes
    paid_at               TEXT,
    version               INTEGER NOT NULL DEFAULT 0,
    created_at            TEXT NOT NULL,
    UNIQUE (series, year, seq),
    CHECK (net_cents + vat_cents = gross_cents AND (gross_cents > 0) = (kind <> 'CREDIT_NOTE'))
) STRICT;
-- A period is billed once, in full or by its days.
CREATE UNIQUE INDEX invoices_period_once ON invoices (subscription_id, period_start) WHERE kind <> 'CREDIT_NOTE';
CREATE INDEX invoices_unpaid ON invoices (subscription_id, period_start) WHERE state = 'ISSUED';
CREATE INDEX invoices_of_customer ON invoices (customer_id, id);
CREATE INDEX invoices_of_debt ON invoices (debt_id) WHERE debt_id IS NOT NULL;

-- Their sum is the invoice.
CREATE TABLE invoice_lines (
    id                    BLOB PRIMARY KEY,
    invoice_id            BLOB NOT NULL REFERENCES invoices (id),
    position              INTEGER NOT NULL,
    service_names         TEXT NOT NULL,           -- {es, en}
    period_start          TEXT NOT NULL,
    period_end            TEXT NOT NULL,            -- first day not billed any more
    days                  INTEGER NOT NULL,          -- days billed
    of_days               INTEGER NOT NULL,          -- days of the whole period
    net_cents             INTEGER NOT NULL,
    vat_rate_basis_points INTEGER NOT NULL,
    vat_cents             INTEGER NOT NULL,
    gross_cents           INTEGER NOT NULL,
    UNIQUE (invoice_id, position)
) STRICT;

-- What each run of the billing did; runs that found nothing leave no row.
CREATE TABLE billing_runs (
    id            BLOB PRIMARY KEY,
    started_at    TEXT NOT NULL,
    ended_at      TEXT NOT NULL,
    subscriptions INTEGER NOT NULL,                  -- looked at
    invoices      INTEGER NOT NULL,                   -- issued
    troubled      INTEGER NOT NULL                   -- subscriptions that could not be billed
) STRICT;
