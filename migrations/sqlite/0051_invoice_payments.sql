-- Payments are for a service, for a car, for an invoice of a subscription (merchant-initiated or at the customer's click),
-- or for a debt. SQLite can't change a check: the table is made anew under its name. What refers to it is checked at the
-- commit.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE payments_before AS SELECT * FROM payments;
DROP TABLE payments;
CREATE TABLE payments (
    id                    BLOB PRIMARY KEY,
    service_activation_id BLOB REFERENCES service_activations (service_activation_id),
    customer_id           BLOB NOT NULL REFERENCES users (id),
    payment_method_id     BLOB NOT NULL REFERENCES payment_methods (id),
    payment_type          TEXT NOT NULL,     -- SERVICE, RESERVATION, FINAL, SUBSCRIPTION
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
    form_key              TEXT UNIQUE,       -- of a payment at the customer's click: one form begins one
    invoice_id            BLOB REFERENCES invoices (id),
    debt_id               BLOB REFERENCES debts (id),
    CHECK ((service_activation_id IS NOT NULL) + (order_id IS NOT NULL) + (invoice_id IS NOT NULL) + (debt_id IS NOT NULL) = 1
           AND (service_activation_id IS NOT NULL) = (payment_type = 'SERVICE')
           AND (order_id IS NOT NULL) = (payment_type IN ('RESERVATION', 'FINAL'))),
    -- Promises 1 and 3. The first is about one-time services: a car is paid before it is handed over, and a subscription
    -- is charged for days that have passed.
    CHECK (captured_cents = 0 OR confirmation_id IS NOT NULL OR service_activation_id IS NULL),
    CHECK (captured_cents >= 0 AND refunded_cents >= 0 AND refunded_cents <= captured_cents AND captured_cents <= amount_cents)
) STRICT;
INSERT INTO payments (id, service_activation_id, customer_id, payment_method_id, payment_type, amount_cents, currency,
                      vat_rate_basis_points, state, settlement, gateway_payment_id, capture_before, captured_cents,
                      refunded_cents, decline_reason, authentication_url, confirmation_id, captured_at, version, created_at,
                      updated_at, order_id, form_key)
SELECT id, service_activation_id, customer_id, payment_method_id, payment_type, amount_cents, currency,
       vat_rate_basis_points, state, settlement, gateway_payment_id, capture_before, captured_cents,
       refunded_cents, decline_reason, authentication_url, confirmation_id, captured_at, version, created_at,
       updated_at, order_id, form_key
FROM payments_before;
DROP TABLE payments_before;
CREATE INDEX payments_of_customer ON payments (customer_id, created_at DESC, id DESC);
CREATE INDEX payments_of_activation ON payments (service_activation_id);
-- Nothing is paid twice, nor tried twice at the same time.
CREATE UNIQUE INDEX payments_one_of_order ON payments (order_id, payment_type)
    WHERE order_id IS NOT NULL AND state IN ('INITIATED', 'PENDING', 'UNKNOWN', 'CHARGED');
CREATE INDEX payments_of_order ON payments (order_id) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX payments_one_of_invoice ON payments (invoice_id)
    WHERE invoice_id IS NOT NULL AND state IN ('INITIATED', 'PENDING', 'UNKNOWN', 'CHARGED');
CREATE UNIQUE INDEX payments_one_of_debt ON payments (debt_id)
    WHERE debt_id IS NOT NULL AND state IN ('INITIATED', 'PENDING', 'UNKNOWN', 'CHARGED');
CREATE INDEX payments_of_invoice ON payments (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX payments_of_debt ON payments (debt_id) WHERE debt_id IS NOT NULL;

-- An invoice is in the books when it is issued, before any payment for it.
CREATE TABLE ledger_before AS SELECT * FROM ledger_entries;
DROP TABLE ledger_entries;
CREATE TABLE ledger_entries (
    id           BLOB PRIMARY KEY,
    movement_id  BLOB NOT NULL,              -- entries written together
    movement     TEXT NOT NULL,              -- HOLD, RELEASE, CAPTURE, CHARGE, ABSORB, REFUND, SETTLEMENT, CHARGEBACK, INVOICE, CREDIT_NOTE, WRITE_OFF
    account      TEXT NOT NULL,
    debit_cents  INTEGER NOT NULL CHECK (debit_cents >= 0),
    credit_cents INTEGER NOT NULL CHECK (credit_cents >= 0),
    currency     TEXT NOT NULL,
    payment_id   BLOB REFERENCES payments (id),
    at           TEXT NOT NULL,
    invoice_id   BLOB REFERENCES invoices (id),
    CHECK ((payment_id IS NOT NULL) + (invoice_id IS NOT NULL) = 1)
) STRICT;
INSERT INTO ledger_entries (id, movement_id, movement, account, debit_cents, credit_cents, currency, payment_id, at)
SELECT id, movement_id, movement, account, debit_cents, credit_cents, currency, payment_id, at FROM ledger_before;
DROP TABLE ledger_before;
CREATE INDEX ledger_of_payment ON ledger_entries (payment_id, at);
CREATE INDEX ledger_of_invoice ON ledger_entries (invoice_id) WHERE invoice_id IS NOT NULL;
