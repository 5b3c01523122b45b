-- What the cars can do more: models, services, their offers and prices.

-- A vehicle model that services fit.
CREATE TABLE vehicle_models (
    code        TEXT PRIMARY KEY,  -- e.g. LINCE; the API IoT calls the model so too
    name        TEXT NOT NULL,     -- as people say it; the same in every language
    body        TEXT NOT NULL CHECK (body IN ('SEDAN', 'SUV', 'SPORT')), -- which drawing shows it
    description TEXT NOT NULL,    -- {es, en}: one sentence
    position    INTEGER NOT NULL    -- order in lists
) STRICT;

-- A service that sleeps in the firmware and can be switched on (opción disponible).
CREATE TABLE services (
    id              BLOB PRIMARY KEY,        -- UUID v7
    code            TEXT NOT NULL UNIQUE,    -- the API IoT's serviceId, e.g. POWER_BOOST_150; never changes
    slug            TEXT NOT NULL UNIQUE,    -- in the address of its page, Spanish
    category        TEXT NOT NULL,           -- what it is about, e.g. POWER; gives the icon and the group
    names           TEXT NOT NULL,          -- {es, en}
    summaries       TEXT NOT NULL,          -- {es, en}: the promise, one sentence
    descriptions    TEXT NOT NULL,          -- {es, en}: what it does; a line is a paragraph
    needs           TEXT NOT NULL,          -- {es, en}: what it needs; a line is an item
    keywords        TEXT NOT NULL,          -- {es, en}: further words people search by
    feature_flags   TEXT NOT NULL,          -- list of flags the command sets
    parameters      TEXT NOT NULL,          -- object of parameters the command sets
    models          TEXT NOT NULL,          -- list of vehicle_models.code it fits, at least one
    min_firmware    TEXT NOT NULL,           -- oldest firmware that has it, compared by numeric parts
    required_blocks TEXT NOT NULL,          -- list of {block, threshold}: maintenance it asks for, percent
    safety_critical INTEGER NOT NULL,        -- refused while maintenance can't be asked about
    status          TEXT NOT NULL CHECK (status IN ('ACTIVE', 'RETIRED')), -- RETIRED: sold no more, still runs
    position        INTEGER NOT NULL,         -- order in lists
    version         INTEGER NOT NULL DEFAULT 1 -- against lost updates
) STRICT;

-- Two services that can't run in one vehicle at the same time. Each pair stands here in both directions.
CREATE TABLE service_conflicts (
    service_id BLOB NOT NULL REFERENCES services (id), -- the one that is looked at
    other_id   BLOB NOT NULL REFERENCES services (id), -- the one it can't run with
    PRIMARY KEY (service_id, other_id),
    CHECK (service_id <> other_id)
) STRICT;

-- One way to buy a service. Never changed or deleted once sold: purchases point to it.
CREATE TABLE offers (
    id         BLOB PRIMARY KEY,                          -- UUID v7
    service_id BLOB NOT NULL REFERENCES services (id),    -- what is sold
    kind       TEXT NOT NULL,                             -- TEMPORARY, PERMANENT, SUBSCRIPTION: the API IoT's duration type
    days       INTEGER,                                    -- how long a temporary one runs; absent for the others
    position   INTEGER NOT NULL,                           -- order on the service's page
    CHECK ((kind = 'TEMPORARY' AND days IN (1, 7, 30, 90, 365)) OR (kind IN ('PERMANENT', 'SUBSCRIPTION') AND days IS NULL))
) STRICT;
CREATE UNIQUE INDEX offers_once ON offers (service_id, kind, COALESCE(days, 0));

-- What an offer costs in a country. Without a row it is not sold there.
CREATE TABLE offer_prices (
    offer_id              BLOB NOT NULL REFERENCES offers (id), -- what is sold
    country               TEXT NOT NULL,                        -- ISO 3166 code of the market: ES, FR, DE, GB, US
    currency              TEXT NOT NULL,                        -- ISO 4217 code: EUR, GBP, USD
    amount_cents          INTEGER NOT NULL CHECK (amount_cents > 0), -- VAT included; a month's price for a subscription
    vat_rate_basis_points INTEGER NOT NULL CHECK (vat_rate_basis_points >= 0), -- 2100 is 21 %
    PRIMARY KEY (offer_id, country)
) STRICT;

-- One row. Each change of the tables above adds one, so that every process knows when its copy is old.
CREATE TABLE catalogue_revision (
    id       INTEGER PRIMARY KEY CHECK (id = 1), -- always 1
    revision INTEGER NOT NULL                    -- how many changes there were
) STRICT;
INSERT INTO catalogue_revision (id, revision) VALUES (1, 0);
