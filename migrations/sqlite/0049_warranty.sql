-- When a warranty was lost or came back, and what VSS had said.
CREATE TABLE warranty_changes (
    id          BLOB PRIMARY KEY,
    vehicle_id  BLOB NOT NULL REFERENCES vehicles (id),
    customer_id BLOB NOT NULL REFERENCES users (id), -- the owner at that time, who was told
    warranty    TEXT NOT NULL,                       -- VALID, LOST
    at          TEXT NOT NULL,
    blocks      TEXT NOT NULL                       -- VSS's answer that decided
) STRICT;
CREATE INDEX warranty_changes_of_vehicle ON warranty_changes (vehicle_id, at);

-- Orders that maintenance kept from being taken: a row for a service, a vehicle and a day, however often it was tried.
CREATE TABLE maintenance_refusals (
    id          BLOB PRIMARY KEY,
    customer_id BLOB NOT NULL REFERENCES users (id),
    vehicle_id  BLOB NOT NULL REFERENCES vehicles (id),
    service_id  BLOB NOT NULL REFERENCES services (id),
    reason      TEXT NOT NULL,   -- MAINTENANCE_OVERDUE, VSS_SILENT
    day         TEXT NOT NULL,   -- where the customer lives
    tries       INTEGER NOT NULL,
    first_at    TEXT NOT NULL,
    UNIQUE (customer_id, vehicle_id, service_id, day, reason)
) STRICT;
