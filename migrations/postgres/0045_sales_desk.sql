-- The dealerships' desk: its lists and its search, each within one dealership.

-- A search stays within the dealership that sells.
ALTER TABLE order_words ADD COLUMN dealership_id UUID REFERENCES dealerships (id);
CREATE INDEX words_of_dealership ON order_words (dealership_id, word, order_id);

-- The same lists over all dealerships, for administrators.
CREATE INDEX orders_by_status ON customer_orders (status, status_at DESC, id DESC);
-- The story of a car: whose order it is or was.
CREATE INDEX orders_of_vehicle ON customer_orders (vehicle_id) WHERE vehicle_id IS NOT NULL;

-- Cars of a dealership by where they are in the trade; those for sale by how long they stand there.
CREATE INDEX vehicles_at_dealership ON vehicles (dealership_id, inventory_status, id);
CREATE INDEX vehicles_by_inventory ON vehicles (inventory_status, id);
CREATE INDEX vehicles_for_sale ON vehicles (dealership_id, COALESCE(stocked_at, created_at), id) WHERE inventory_status = 'DEALERSHIP_STOCK';
CREATE INDEX vehicles_for_sale_anywhere ON vehicles (COALESCE(stocked_at, created_at), id) WHERE inventory_status = 'DEALERSHIP_STOCK';

-- Papers that wait for somebody to look at them.
CREATE INDEX documents_to_accept ON order_documents (order_id) WHERE state = 'PROVIDED';
