-- Payments are for a service, for a car, for an invoice of a subscription (merchant-initiated or at the customer's click),
-- or for a debt.
ALTER TABLE payments ADD COLUMN invoice_id UUID REFERENCES invoices (id);
ALTER TABLE payments ADD COLUMN debt_id UUID REFERENCES debts (id);
ALTER TABLE payments DROP CONSTRAINT payments_for_one_thing;
ALTER TABLE payments ADD CONSTRAINT payments_for_one_thing CHECK (
    num_nonnulls(service_activation_id, order_id, invoice_id, debt_id) = 1
    AND (service_activation_id IS NOT NULL) = (payment_type = 'SERVICE')
    AND (order_id IS NOT NULL) = (payment_type IN ('RESERVATION', 'FINAL')));
-- Promise 1 is about one-time services: a subscription is charged for days that have passed.
ALTER TABLE payments DROP CONSTRAINT payments_delivered_first;
ALTER TABLE payments ADD CONSTRAINT payments_delivered_first
    CHECK (captured_cents = 0 OR confirmation_id IS NOT NULL OR service_activation_id IS NULL);
-- Nothing is paid twice, nor tried twice at the same time.
CREATE UNIQUE INDEX payments_one_of_invoice ON payments (invoice_id)
    WHERE invoice_id IS NOT NULL AND state IN ('INITIATED', 'PENDING', 'UNKNOWN', 'CHARGED');
CREATE UNIQUE INDEX payments_one_of_debt ON payments (debt_id)
    WHERE debt_id IS NOT NULL AND state IN ('INITIATED', 'PENDING', 'UNKNOWN', 'CHARGED');
CREATE INDEX payments_of_invoice ON payments (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX payments_of_debt ON payments (debt_id) WHERE debt_id IS NOT NULL;

-- An invoice is in the books when it is issued, before any payment for it.
ALTER TABLE ledger_entries ALTER COLUMN payment_id DROP NOT NULL;
ALTER TABLE ledger_entries ADD COLUMN invoice_id UUID REFERENCES invoices (id);
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_about_one_thing CHECK (num_nonnulls(payment_id, invoice_id) = 1);
CREATE INDEX ledger_of_invoice ON ledger_entries (invoice_id) WHERE invoice_id IS NOT NULL;
