-- The dealership's desk lists its own vehicles by key.
CREATE INDEX vehicles_of_dealership ON vehicles (dealership_id, id) WHERE dealership_id IS NOT NULL;
