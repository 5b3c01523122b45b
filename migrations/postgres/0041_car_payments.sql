-- Payments are for a service or for a car: the señal (RESERVATION) and the rest (FINAL), taken at once.
ALTER TABLE payments ALTER COLUMN service_activation_id DROP NOT NULL;
ALTER TABLE payments ADD COLUMN order_id UUID REFERENCES customer_orders (id);
ALTER TABLE payments ADD COLUMN form_key TEXT UNIQUE;          -- of a car's payment: one form begins one
ALTER TABLE payments ADD CONSTRAINT payments_for_one_thing
    CHECK ((service_activation_id IS NULL) <> (order_id IS NULL) AND (order_id IS NULL) = (payment_type = 'SERVICE'));
-- Promise 1 is about services: a car is paid before it is handed over.
ALTER TABLE payments DROP CONSTRAINT payments_check;
ALTER TABLE payments ADD CONSTRAINT payments_delivered_first
    CHECK (captured_cents = 0 OR confirmation_id IS NOT NULL OR order_id IS NOT NULL);
-- No part of a car is paid twice, nor tried twice at the same time.
CREATE UNIQUE INDEX payments_one_of_order ON payments (order_id, payment_type)
    WHERE order_id IS NOT NULL AND state IN ('INITIATED', 'PENDING', 'UNKNOWN', 'CHARGED');
CREATE INDEX payments_of_order ON payments (order_id) WHERE order_id IS NOT NULL;
