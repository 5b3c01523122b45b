-- What the revenue account's movements of a day came to, by what they are for: folded every night when the day is closed,
-- so that the revenue report does not add up years of entries.
CREATE TABLE revenue_foldings (
    day       TEXT PRIMARY KEY,             -- 2026-05-01, by UTC
    folded_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE revenue_days (
    id            UUID PRIMARY KEY,         -- UUID v7
    day           TEXT NOT NULL REFERENCES revenue_foldings (day),
    currency      TEXT NOT NULL,
    kind          TEXT NOT NULL,            -- SERVICE, SUBSCRIPTION, RESERVATION, FINAL
    service_id    UUID REFERENCES services (id), -- NULL: a car's price
    country       TEXT,                     -- whose tax is in it, as far as known; ISO 3166-1 alpha-2
    sold_cents    BIGINT NOT NULL,         -- credits of the revenue account: without VAT
    back_cents    BIGINT NOT NULL,         -- its debits: refunds and credit notes, without VAT
    charged_back_cents BIGINT NOT NULL,    -- what customers' banks took back, VAT included: our cost
    entries       BIGINT NOT NULL          -- how many
);
CREATE INDEX revenue_of_days ON revenue_days (day);

-- Invoices by the day of their issue: the dunning funnel of a month.
CREATE INDEX invoices_by_day ON invoices (issued_on);
