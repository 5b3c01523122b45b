-- Lists of the dealerships' desk that read too much.

-- Cars of a model or a colour are picked along the index alone, also when there are none: over all dealerships by what is
-- looked for, within one dealership by reading its cars.
DROP INDEX vehicles_at_dealership;
CREATE INDEX vehicles_at_dealership ON vehicles (dealership_id, inventory_status, id, model_code, colour);
CREATE INDEX vehicles_by_model ON vehicles (inventory_status, model_code, id, colour);
CREATE INDEX vehicles_by_colour ON vehicles (inventory_status, colour, id, model_code);

-- Orders with a paper that nobody has looked at yet. Asking every order under way for its papers took too long.
ALTER TABLE customer_orders ADD COLUMN papers_to_see INTEGER NOT NULL DEFAULT FALSE;
UPDATE customer_orders SET papers_to_see = TRUE
WHERE EXISTS (SELECT 1 FROM order_documents p WHERE p.order_id = customer_orders.id AND p.state = 'PROVIDED');
CREATE INDEX orders_with_papers ON customer_orders (dealership_id, status_at, id) WHERE papers_to_see AND NOT is_over;
CREATE INDEX orders_with_papers_anywhere ON customer_orders (status_at, id) WHERE papers_to_see AND NOT is_over;
DROP INDEX documents_to_accept;
