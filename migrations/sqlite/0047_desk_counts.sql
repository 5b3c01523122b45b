-- What the desk counts each time it is looked at.

-- Registrations that are not over: a handful among all that ever were.
CREATE INDEX registrations_unfinished ON registrations (order_id)
WHERE state IN ('PAYMENT_RECEIVED', 'REGISTRATION_INITIATED', 'UNDER_REVIEW', 'APPROVED', 'ADDITIONAL_INFO_REQUIRED', 'REJECTED');
-- Appointments of all dealerships, the next one first.
CREATE INDEX pick_ups_coming ON pick_ups (starts_at, order_id) WHERE state = 'BOOKED';
