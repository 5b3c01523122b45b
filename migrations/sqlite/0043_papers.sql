-- Registration: the technical data that papers name, and every submission as it was sent.

-- What a model's papers say. Kept apart from vehicle_models: the shop does not need it.
CREATE TABLE vehicle_model_data (
    model_code  TEXT PRIMARY KEY,  -- as in vehicle_models.code, whose rows come with the catalogue
    make        TEXT NOT NULL,     -- the maker
    engine_type TEXT NOT NULL,     -- PETROL, DIESEL, ELECTRIC, HYBRID
    emissions   INTEGER NOT NULL,   -- CO2 in g/km
    kw          INTEGER NOT NULL,   -- power in kW
    weight      INTEGER NOT NULL    -- kerb weight in kg
) STRICT;
INSERT INTO vehicle_model_data (model_code, make, engine_type, emissions, kw, weight) VALUES
    ('LINCE', 'CaaS', 'ELECTRIC', 0, 150, 1780),
    ('ALCOR', 'CaaS', 'ELECTRIC', 0, 220, 2140),
    ('BRISA', 'CaaS', 'ELECTRIC', 0, 100, 1420),
    ('TAJO', 'CaaS', 'ELECTRIC', 0, 310, 1890);

-- Each submission to a country's body: a correction makes a new one. Written before the first request.
CREATE TABLE registration_submissions (
    order_id        BLOB NOT NULL REFERENCES customer_orders (id),
    submission      INTEGER NOT NULL,       -- 1, 2, …
    idempotency_key TEXT NOT NULL UNIQUE,  -- the same for every try
    request         TEXT,                 -- what every try sends; NULL when it is submitted by hand
    registration_id TEXT UNIQUE,           -- the body's id of it, once known
    verdict         TEXT,                  -- the body's last word: UNDER_REVIEW, APPROVED, ADDITIONAL_INFO_REQUIRED, REJECTED
    reasons         TEXT,                 -- [{field, code, message}] of a refusal
    asks            INTEGER NOT NULL DEFAULT 0, -- how often the body was asked how it stands
    created_at      TEXT NOT NULL,
    answered_at     TEXT,
    PRIMARY KEY (order_id, submission)
) STRICT;

-- What every try of scheduling a transport sends: the same key goes with the same body.
ALTER TABLE deliveries ADD COLUMN request TEXT;
