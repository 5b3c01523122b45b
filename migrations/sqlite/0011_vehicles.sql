-- Vehicles, sold or in stock.
CREATE TABLE vehicles (
    id                BLOB PRIMARY KEY,
    vin               TEXT NOT NULL UNIQUE, -- 17 characters (ISO 3779)
    model_code        TEXT NOT NULL REFERENCES vehicle_models (code),
    colour            TEXT NOT NULL,        -- code of the drawing's colour
    plate             TEXT,                 -- once registered
    firmware          TEXT NOT NULL,        -- as last heard of
    customer_id       BLOB REFERENCES users (id),       -- the owner: at most one at a time
    dealership_id     BLOB REFERENCES dealerships (id), -- where it was sold or stands
    assignment_status TEXT NOT NULL,        -- ASSIGNED_TO_CUSTOMER, SIN_ASIGNAR
    inventory_status  TEXT NOT NULL,        -- DELIVERED, DEALERSHIP_STOCK, IN_MANUFACTURING, AWAITING_DELIVERY
    purchased_at      TEXT,          -- by the present owner
    version           INTEGER NOT NULL DEFAULT 0, -- against lost updates
    created_at        TEXT NOT NULL,
    updated_at        TEXT NOT NULL,
    CHECK ((customer_id IS NOT NULL) = (assignment_status = 'ASSIGNED_TO_CUSTOMER'))
) STRICT;
CREATE INDEX vehicles_of_customer ON vehicles (customer_id, id);
