-- Administrators see how many open accounts each role has, from the index alone.
CREATE INDEX users_open_by_role ON users (role) WHERE disabled_at IS NULL;
