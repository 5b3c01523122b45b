-- Subscriptions (mes vencido): each period is billed after it has ended.
CREATE TABLE subscriptions (
    id                         UUID PRIMARY KEY,
    service_activation_id      UUID NOT NULL UNIQUE REFERENCES service_activations (service_activation_id),
    customer_id                UUID NOT NULL REFERENCES users (id),
    vehicle_id                 UUID NOT NULL REFERENCES vehicles (id),
    service_id                 UUID NOT NULL REFERENCES services (id),
    offer_id                   UUID NOT NULL REFERENCES offers (id),
    service_names              JSONB NOT NULL,      -- {es, en} as ordered
    price_cents                BIGINT NOT NULL CHECK (price_cents > 0), -- of a whole period, VAT included, as agreed
    currency                   TEXT NOT NULL,
    vat_rate_basis_points      BIGINT NOT NULL,
    country                    TEXT NOT NULL,       -- whose legal entity bills it
    time_zone                  TEXT NOT NULL,       -- IANA name: in whose days its periods are counted, from begin to end
    anchor_day                 BIGINT NOT NULL CHECK (anchor_day BETWEEN 1 AND 31), -- day of the month a period begins on
    started_on                 TEXT NOT NULL,       -- 2026-11-21: the day the vehicle confirmed
    period_start               TEXT NOT NULL,       -- first day of the period that runs
    period_end                 TEXT NOT NULL,       -- first day of the next one
    next_billing_at            TIMESTAMPTZ,         -- when the period is over: midnight in its time zone; NULL once it has ended
    status                     TEXT NOT NULL,       -- ACTIVE, PAST_DUE, CANCELLED
    cancel_at_period_end       BOOLEAN NOT NULL,
    next_offer_id              UUID REFERENCES offers (id), -- chosen by the customer, from the next period on
    next_price_cents           BIGINT,
    next_vat_rate_basis_points BIGINT,
    failures                   BIGINT NOT NULL DEFAULT 0, -- tries of the dunning calendar that failed
    next_charge_at             TIMESTAMPTZ,         -- next step of the dunning calendar
    dunning_ends_at            TIMESTAMPTZ,         -- its last step
    refused_method_id          UUID REFERENCES payment_methods (id), -- declined for good: not tried again by itself
    ended_at                   TIMESTAMPTZ,
    end_reason                 TEXT,                -- PERIOD_END, AT_ONCE, UNPAID, WITHDRAWN, NEW_OWNER
    version                    BIGINT NOT NULL DEFAULT 0,
    created_at                 TIMESTAMPTZ NOT NULL,
    updated_at                 TIMESTAMPTZ NOT NULL
);
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
);
INSERT INTO legal_entities (country, name, address, tax_id, series, time_zone) VALUES
    ('ES', 'CaaS Movilidad España, S.L.', E'Calle de Alcalá 200\n28028 Madrid\nEspaña', 'ESB00000018', 'ES', 'Europe/Madrid'),
    ('FR', 'CaaS Mobilité France SAS', E'12 rue de Rivoli\n75004 Paris\nFrance', 'FR00000000018', 'FR', 'Europe/Paris'),
    ('DE', 'CaaS Mobilität Deutschland GmbH', E'Friedrichstraße 90\n10117 Berlin\nDeutschland', 'DE000000018', 'DE', 'Europe/Berlin'),
    ('GB', 'CaaS Mobility UK Ltd', E'30 Finsbury Square\nLondon EC2A 1AG\nUnited Kingdom', 'GB000000018', 'GB', 'Europe/London'),
    ('US', 'CaaS Mobility USA, Inc.', E'350 Fifth Avenue\nNew York, NY 10118\nUnited States', '00-0000018', 'US', 'America/New_York');

-- The last number given out in each series: without gaps, because the row is counted up in the transaction of the invoice.
CREATE TABLE invoice_numbers (
    series TEXT NOT NULL,
    year   BIGINT NOT NULL,
    last   BIGINT NOT NULL,
    PRIMARY KEY (series, year)
);

-- What a customer owes after subscriptions that ended unpaid.
CREATE TABLE debts (
    id              UUID PRIMARY KEY,
    subscription_id UUID NOT NULL UNIQUE REFERENCES subscriptions (id),
    customer_id     UUID NOT NULL REFERENCES users (id),
    amount_cents    BIGINT NOT NULL CHECK (amount_cents > 0),
    currency        TEXT NOT NULL,
    state           TEXT NOT NULL,                  -- OPEN, IN_COLLECTION, PAID, WRITTEN_OFF, CANCELLED
    reason          TEXT,                           -- why it was written off, in somebody's words
    decided_by      UUID REFERENCES users (id),     -- who handed it over or wrote it off
    version         BIGINT NOT NULL DEFAULT 0,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    closed_at       TIMESTAMPTZ                     -- paid, written off, or cancelled by a withdrawal
);
CREATE INDEX debts_of_customer ON debts (customer_id, id);
CREATE INDEX debts_unpaid ON debts (customer_id) WHERE state IN ('OPEN', 'IN_COLLECTION');
CREATE INDEX debts_by_state ON debts (state, id);

-- Invoices. Nothing but the state and what belongs to it ever changes; what was wrong is undone by a credit note.
CREATE TABLE invoices (
    id                    UUID PRIMARY KEY,
    number                TEXT NOT NULL UNIQUE,     -- ES-2026-000001
    series                TEXT NOT NULL,
    year                  BIGINT NOT NULL,
    seq                   BIGINT NOT NULL,
    kind                  TEXT NOT NULL,            -- PERIOD, USED_DAYS, CREDIT_NOTE
    customer_id           UUID NOT NULL REFERENCES users (id),
    subscription_id       UUID NOT NULL REFERENCES subscriptions (id),
    vehicle_id            UUID NOT NULL REFERENCES vehicles (id),
    period_start          TEXT NOT NULL,            -- first day billed
    period_end            TEXT NOT NULL,            -- first day not billed any more
    net_cents             BIGINT NOT NULL,
    vat_cents             BIGINT NOT NULL,
    gross_cents           BIGINT NOT NULL,
    currency              TEXT NOT NULL,
    vat_rate_basis_points BIGINT NOT NULL,
    seller_name           TEXT NOT NULL,            -- as of the issue, like all that follows
    seller_address        TEXT NOT NULL,
    seller_tax_id         TEXT NOT NULL,
    buyer_name            TEXT NOT NULL,
    buyer_email           TEXT NOT NULL,
    buyer_country         TEXT NOT NULL,
    issued_on             TEXT NOT NULL,            -- in the seller's time zone
    due_on                TEXT NOT NULL,
    state                 TEXT NOT NULL,            -- ISSUED, PAID, IN_DEBT, CANCELLED
    debt_id               UUID REFERENCES debts (id), -- the debt it became a part of
    credits_id            UUID UNIQUE REFERENCES invoices (id), -- of a credit note: the invoice it undoes
    paid_at               TIMESTAMPTZ,
    version               BIGINT NOT NULL DEFAULT 0,
    created_at            TIMESTAMPTZ NOT NULL,
    UNIQUE (series, year, seq),
    CHECK (net_cents + vat_cents = gross_cents AND (gross_cents > 0) = (kind <> 'CREDIT_NOTE'))
);
-- A period is billed once, in full or by its days.
CREATE UNIQUE INDEX invoices_period_once ON invoices (subscription_id, period_start) WHERE kind <> 'CREDIT_NOTE';
CREATE INDEX invoices_unpaid ON invoices (subscription_id, period_start) WHERE state = 'ISSUED';
CREATE INDEX invoices_of_customer ON invoices (customer_id, id);
CREATE INDEX invoices_of_debt ON invoices (debt_id) WHERE debt_id IS NOT NULL;

-- Their sum is the invoice.
CREATE TABLE invoice_lines (
    id                    UUID PRIMARY KEY,
    invoice_id            UUID NOT NULL REFERENCES invoices (id),
    position              BIGINT NOT NULL,
    service_names         JSONB NOT NULL,           -- {es, en}
    period_start          TEXT NOT NULL,
    period_end            TEXT NOT NULL,            -- first day not billed any more
    days                  BIGINT NOT NULL,          -- days billed
    of_days               BIGINT NOT NULL,          -- days of the whole period
    net_cents             BIGINT NOT NULL,
    vat_rate_basis_points BIGINT NOT NULL,
    vat_cents             BIGINT NOT NULL,
    gross_cents           BIGINT NOT NULL,
    UNIQUE (invoice_id, position)
);

-- What each run of the billing did; runs that found nothing leave no row.
CREATE TABLE billing_runs (
    id            UUID PRIMARY KEY,
    started_at    TIMESTAMPTZ NOT NULL,
    ended_at      TIMESTAMPTZ NOT NULL,
    subscriptions BIGINT NOT NULL,                  -- looked at
    invoices      BIGINT NOT NULL,                   -- issued
    troubled      BIGINT NOT NULL                   -- subscriptions that could not be billed
);
