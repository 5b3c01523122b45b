-- Selling a vehicle: price lists, sales, the factory, registration, delivery (rulebook §3).

-- More about a vehicle than its owner needs to see.
ALTER TABLE vehicles ADD COLUMN stocked_at TIMESTAMPTZ;       -- since when it stands in stock
ALTER TABLE vehicles ADD COLUMN configuration JSONB;          -- codes of its factory options, as an array
ALTER TABLE vehicles ADD COLUMN delivered_at TIMESTAMPTZ;     -- when it was handed over
CREATE INDEX vehicles_in_stock ON vehicles (dealership_id, stocked_at, id) WHERE inventory_status = 'DEALERSHIP_STOCK';

-- Where a dealership stands and how many cars it hands over at the same time.
ALTER TABLE dealerships ADD COLUMN street TEXT;
ALTER TABLE dealerships ADD COLUMN postal_code TEXT;
ALTER TABLE dealerships ADD COLUMN phone TEXT;
ALTER TABLE dealerships ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'Europe/Madrid'; -- in which its appointments are counted

-- A commercial plan (*plan comercial*): what cars cost, how much reserves one, which services are included.
CREATE TABLE plans (
    id         UUID PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE,
    names      JSONB NOT NULL,               -- {es, en}
    country    TEXT NOT NULL,                -- ISO 3166-1 alpha-2: where it sells
    active     BOOLEAN NOT NULL,             -- offered for new sales
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- A version is never changed: a sale keeps the one it was made with, to the cent.
CREATE TABLE plan_versions (
    id                       UUID PRIMARY KEY,
    plan_id                  UUID NOT NULL REFERENCES plans (id),
    version                  BIGINT NOT NULL,    -- 1, 2, …
    price_list               JSONB NOT NULL,     -- see sales::plans::PriceList
    currency                 TEXT NOT NULL,
    vat_rate_basis_points    BIGINT NOT NULL,    -- in hundredths of a percent
    reservation_basis_points BIGINT NOT NULL,    -- the señal's share of the total, in hundredths of a percent
    included_services        JSONB NOT NULL,     -- ids of offers that come with the car
    published_by             UUID REFERENCES users (id),
    published_at             TIMESTAMPTZ NOT NULL,
    UNIQUE (plan_id, version)
);

-- The purchase of one vehicle, from the salesperson's draft to the key in the customer's hand.
CREATE TABLE customer_orders (
    id                UUID PRIMARY KEY,
    number            TEXT NOT NULL UNIQUE,  -- for people: V-2026-000042
    dealership_id     UUID NOT NULL REFERENCES dealerships (id),
    created_by        UUID REFERENCES users (id),        -- the salesperson
    customer_id       UUID REFERENCES users (id),        -- NULL in a draft without one
    status            TEXT NOT NULL,         -- rulebook §3
    is_over           BOOLEAN NOT NULL,      -- delivered or cancelled
    draft             JSONB,                 -- what the form holds so far; NULL once registered
    model_code        TEXT REFERENCES vehicle_models (code),
    colour            TEXT,
    options           JSONB,                 -- codes, as an array
    from_stock        BOOLEAN NOT NULL DEFAULT FALSE,
    vehicle_id        UUID REFERENCES vehicles (id),     -- from stock, or once built; NULL again when the customer loses it
    country           TEXT,                  -- where it will be registered
    delivery_mode     TEXT,                  -- HOME, PICK_UP
    address           JSONB,                 -- {street, city, postalCode, country}
    owner             JSONB,                 -- see sales::model::Owner
    plan_version_id   UUID REFERENCES plan_versions (id),
    quote             JSONB,                 -- the price line by line as agreed
    total_cents       BIGINT,                -- VAT included
    reservation_cents BIGINT,
    currency          TEXT,
    estimated_date    TEXT,                  -- YYYY-MM-DD, as last told
    final_payment_due_at TIMESTAMPTZ,        -- once the final payment was asked for
    declines          BIGINT NOT NULL DEFAULT 0, -- of the final payment so far
    cancel_reason     TEXT,                  -- code, once cancelled
    registered_at     TIMESTAMPTZ,           -- when the sale was made
    status_at         TIMESTAMPTZ NOT NULL,  -- since when it has its status
    version           BIGINT NOT NULL DEFAULT 0,
    created_at        TIMESTAMPTZ NOT NULL,
    updated_at        TIMESTAMPTZ NOT NULL
);
-- Promise 6 on the way to the customer: one vehicle, one buyer.
CREATE UNIQUE INDEX orders_one_buyer ON customer_orders (vehicle_id) WHERE vehicle_id IS NOT NULL AND NOT is_over;
CREATE INDEX orders_of_dealership ON customer_orders (dealership_id, status, status_at DESC, id DESC);
CREATE INDEX orders_newest ON customer_orders (dealership_id, id DESC);
CREATE INDEX orders_of_customer ON customer_orders (customer_id, id DESC);
CREATE INDEX orders_unpaid ON customer_orders (final_payment_due_at) WHERE final_payment_due_at IS NOT NULL AND NOT is_over;

-- Every estimated date and why it changed.
CREATE TABLE order_estimates (
    id        UUID PRIMARY KEY,
    order_id  UUID NOT NULL REFERENCES customer_orders (id),
    estimated TEXT NOT NULL,                 -- YYYY-MM-DD
    reason    TEXT NOT NULL,                 -- code or the factory's own words
    told_by   TEXT NOT NULL,                 -- FACTORY, STAFF
    at        TIMESTAMPTZ NOT NULL
);
CREATE INDEX estimates_of_order ON order_estimates (order_id, at, id);

-- The order at the factory: one row an order, one order at the factory in the end.
CREATE TABLE factory_orders (
    order_id         UUID PRIMARY KEY REFERENCES customer_orders (id),
    idempotency_key  TEXT NOT NULL UNIQUE,   -- written before the first request, the same for every try
    state            TEXT NOT NULL,          -- QUEUED, PLACED, MANUAL, REJECTED, CANCELLED
    attempts         BIGINT NOT NULL DEFAULT 0,
    last_error       TEXT,
    factory_order_id TEXT UNIQUE,            -- once known
    last_status      TEXT,                   -- the furthest real state the factory told
    last_status_at   TIMESTAMPTZ,            -- by the factory's clock
    tracking         JSONB,                  -- {carrier, trackingNumber, expectedArrival}
    by_phone         UUID REFERENCES users (id), -- who marked it as ordered by phone
    queued_at        TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    version          BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX factory_orders_manual ON factory_orders (queued_at, order_id) WHERE state = 'MANUAL';

-- The registration with the country's body.
CREATE TABLE registrations (
    order_id          UUID PRIMARY KEY REFERENCES customer_orders (id),
    country           TEXT NOT NULL,
    state             TEXT NOT NULL,         -- rulebook §3
    manual            BOOLEAN NOT NULL,      -- papers are prepared for submission by hand
    submission        BIGINT NOT NULL DEFAULT 0, -- which submission: corrections make a new one
    idempotency_key   TEXT,                  -- of the present submission
    attempts          BIGINT NOT NULL DEFAULT 0, -- of the present submission
    registration_id   TEXT UNIQUE,           -- the body's id of it
    dossier_id        TEXT,                  -- KBA
    plate             TEXT,
    registration_date TEXT,                  -- YYYY-MM-DD
    reasons           JSONB,                 -- [{field, code, message}] of the last refusal
    last_error        TEXT,
    created_at        TIMESTAMPTZ NOT NULL,
    updated_at        TIMESTAMPTZ NOT NULL,
    version           BIGINT NOT NULL DEFAULT 0
);

-- Papers that a country asks for.
CREATE TABLE order_documents (
    id          UUID PRIMARY KEY,
    order_id    UUID NOT NULL REFERENCES customer_orders (id),
    kind        TEXT NOT NULL,               -- code of the country's list
    state       TEXT NOT NULL,               -- PROVIDED, ACCEPTED, REFUSED, REPLACED
    reason      TEXT,                        -- why it was refused, for the customer
    name        TEXT NOT NULL,               -- of the file
    media_type  TEXT NOT NULL,
    size        BIGINT NOT NULL,             -- bytes
    content     BYTEA NOT NULL,
    uploaded_by UUID NOT NULL REFERENCES users (id),
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX documents_of_order ON order_documents (order_id, kind, created_at);

-- One transport to the customer's door.
CREATE TABLE deliveries (
    id               UUID PRIMARY KEY,
    order_id         UUID NOT NULL UNIQUE REFERENCES customer_orders (id), -- a second one is impossible
    idempotency_key  TEXT NOT NULL UNIQUE,
    state            TEXT NOT NULL,          -- REQUESTED, SCHEDULED, PICKED_UP, CUSTOMER_ABSENT, CUSTOMER_CALLED, WAITING, DELIVERED, RETURNED_TO_DEALERSHIP
    attempts         BIGINT NOT NULL DEFAULT 0,
    last_error       TEXT,
    delivery_id      TEXT UNIQUE,            -- the transport company's
    scheduled_for    TIMESTAMPTZ,
    note             TEXT,                   -- the driver's last
    last_event_at    TIMESTAMPTZ,            -- by the company's clock
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    version          BIGINT NOT NULL DEFAULT 0
);

-- When a dealership hands cars over.
CREATE TABLE pick_up_hours (
    dealership_id UUID NOT NULL REFERENCES dealerships (id),
    weekday       BIGINT NOT NULL,           -- 1 Monday … 7 Sunday
    opens         TEXT NOT NULL,             -- HH:MM, local
    closes        TEXT NOT NULL,
    slot_minutes  BIGINT NOT NULL,
    capacity      BIGINT NOT NULL,           -- cars in one slot
    PRIMARY KEY (dealership_id, weekday, opens)
);

-- Appointments to pick a car up.
CREATE TABLE pick_ups (
    id            UUID PRIMARY KEY,
    order_id      UUID NOT NULL REFERENCES customer_orders (id),
    dealership_id UUID NOT NULL REFERENCES dealerships (id),
    starts_at     TIMESTAMPTZ NOT NULL,
    place         BIGINT NOT NULL,           -- 1 … capacity of its slot
    state         TEXT NOT NULL,             -- BOOKED, MOVED, MISSED, DONE
    reminded_at   TIMESTAMPTZ,
    made_by       UUID REFERENCES users (id),
    created_at    TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX pick_ups_one_place ON pick_ups (dealership_id, starts_at, place) WHERE state = 'BOOKED';
CREATE UNIQUE INDEX pick_ups_one_open ON pick_ups (order_id) WHERE state = 'BOOKED';

-- What is checked before the key is handed over.
CREATE TABLE hand_overs (
    order_id      UUID PRIMARY KEY REFERENCES customer_orders (id),
    checklist     JSONB NOT NULL,            -- {code: {by, at}}
    identity      JSONB,                     -- {document, lastFour, by, at}: never the whole number
    handed_over_by UUID REFERENCES users (id),
    handed_over_at TIMESTAMPTZ,
    place         TEXT,                      -- HOME, DEALERSHIP
    updated_at    TIMESTAMPTZ NOT NULL,
    version       BIGINT NOT NULL DEFAULT 0
);

-- One-time codes that link the mobile app to a vehicle at the real hand-over.
CREATE TABLE link_codes (
    code_hash  TEXT PRIMARY KEY,             -- SHA-256 of the code, as hex
    vehicle_id UUID NOT NULL REFERENCES vehicles (id),
    order_id   UUID NOT NULL REFERENCES customer_orders (id),
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ,                  -- when it was used or became void
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX link_codes_of_order ON link_codes (order_id);

-- Phones linked to vehicles.
CREATE TABLE linked_apps (
    id         UUID PRIMARY KEY,
    vehicle_id UUID NOT NULL REFERENCES vehicles (id),
    user_id    UUID NOT NULL REFERENCES users (id),
    name       TEXT NOT NULL,                -- what its owner calls the phone
    linked_at  TIMESTAMPTZ NOT NULL
);

-- What an order is looked for by: lower case, without accents or spaces.
CREATE TABLE order_words (
    word     TEXT NOT NULL,
    order_id UUID NOT NULL REFERENCES customer_orders (id),
    PRIMARY KEY (word, order_id)
);
CREATE INDEX words_of_order ON order_words (order_id);
