-- A search goes through all cases, open and solved, in the order of the list.
CREATE INDEX tickets_all_age ON tickets (created_at, id);
CREATE INDEX tickets_all_change ON tickets (updated_at, id);
CREATE INDEX tickets_all_due ON tickets ((COALESCE(answer_due_at, '9999-01-01T00:00:00+00:00')), id);
CREATE INDEX tickets_all_urgency ON tickets (urgency, created_at, id);
