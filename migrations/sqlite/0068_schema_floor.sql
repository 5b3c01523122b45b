-- Which programs can work with this schema. While a new version takes over, the old one still serves, and may be started
-- again: migrations only add (docs/production.md, "A new version"). The one that takes something away, a version later, says
-- so here in the same file: UPDATE schema_floor SET oldest = …
CREATE TABLE schema_floor (
    id     INTEGER PRIMARY KEY CHECK (id = 1), -- one row
    oldest INTEGER NOT NULL                    -- a program that does not know this migration is refused
);
INSERT INTO schema_floor (id, oldest) VALUES (1, 0);
