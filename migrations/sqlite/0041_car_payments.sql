-- Payments are for a service or for a car: the señal (RESERVATION) and the rest (FINAL), taken at once.
-- SQLite can't make a column nullable: the table is made anew under its name. What refers to it is checked at the commit.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE payments_before AS SELECT * FROM payments;
DROP TABLE payments;
CREATE TABLE payments (
    id                    BLOB PRIMARY KEY,
    service_activation_id BLOB REFERENCES service_activations (service_activation_id),
    customer_id           BLOB NOT NULL REFERENCES users (id),
    payment_method_id     BLOB NOT NULL REFERENCES payment_methods (id),
    payment_type          TEXT NOT NULL,     -- SERVICE, RESERVATION, FINAL
    amount_cents          INTEGER NOT NULL CHECK (amount_cents > 0),
    currency              TEXT NOT NULL,
    vat_rate_basis_points INTEGER NOT NULL,
    state                 TEXT NOT NULL,
    settlement            TEXT NOT NULL,
    gateway_payment_id    TEXT UNIQUE,
    capture_before        TEXT,              -- until when the hold can be taken
    captured_cents        INTEGER NOT NULL DEFAULT 0,
    refunded_cents        INTEGER NOT NULL DEFAULT 0,
    decline_reason        TEXT,
    authentication_url    TEXT,              -- where the bank wants the customer to confirm
    confirmation_id       BLOB REFERENCES delivery_confirmations (id), -- what the capture stands on
    captured_at           TEXT,
    version               INTEGER NOT NULL DEFAULT 0,
    created_at            TEXT NOT NULL,
    updated_at            TEXT NOT NULL,
    order_id              BLOB REFERENCES customer_orders (id),
    form_key              TEXT UNIQUE,       -- of a car's payment: one form begins one
    -- Promises 1 and 3. The first is about services: a car is paid before it is handed over.
    CHECK ((service_activation_id IS NULL) <> (order_id IS NULL) AND (order_id IS NULL) = (payment_type = 'SERVICE')),
    CHECK (captured_cents = 0 OR confirmation_id IS NOT NULL OR order_id IS NOT NULL),
    CHECK (captured_cents >= 0 AND refunded_cents >= 0 AND refunded_cents <= captured_cents AND captured_cents <= amount_cents)
) STRICT;
INSERT INTO payments (id, service_activation_id, customer_id, payment_method_id, payment_type, amount_cents, currency,
                      vat_rate_basis_points, state, settlement, gateway_payment_id, capture_before, captured_cents,
                      refunded_cents, decline_reason, authentication_url, confirmation_id, captured_at, version, created_at,
                      updated_at)
SELECT id, service_activation_id, customer_id, payment_method_id, payment_type, amount_cents, currency,
       vat_rate_basis_points, state, settlement, gateway_payment_id, capture_before, captured_cents,
       refunded_cents, decline_reason, authentication_url, confirmation_id, captured_at, version, created_at,
       updated_at
FROM payments_before;
DROP TABLE payments_before;
CREATE INDEX payments_of_customer ON payments (customer_id, created_at DESC, id DESC);
CREATE INDEX payments_of_activation ON payments (service_activation_id);
-- No part of a car is paid twice, nor tried twice at the same time.
CREATE UNIQUE INDEX payments_one_of_order ON payments (order_id, payment_type)
    WHERE order_id IS NOT NULL AND state IN ('INITIATED', 'PENDING', 'UNKNOWN', 'CHARGED');
CREATE INDEX payments_of_order ON payments (order_id) WHERE order_id IS NOT NULL;
