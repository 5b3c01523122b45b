-- What placing an order at the factory has to remember between its tries.
ALTER TABLE factory_orders ADD COLUMN request JSONB NOT NULL DEFAULT '{}'; -- as it was first sent: the same key goes with the same body
ALTER TABLE factory_orders ADD COLUMN unanswered_since TIMESTAMPTZ;       -- the first request with this key that may have been carried out
ALTER TABLE factory_orders ADD COLUMN next_attempt_at TIMESTAMPTZ;        -- while it is QUEUED
ALTER TABLE factory_orders ADD COLUMN manual_since TIMESTAMPTZ;           -- while people have to order by phone
ALTER TABLE factory_orders ADD COLUMN estimate_at TIMESTAMPTZ;            -- when the factory told the estimate that is kept, by its clock
ALTER TABLE factory_orders ADD COLUMN tracking_at TIMESTAMPTZ;            -- the same for the shipment
CREATE INDEX factory_orders_queued ON factory_orders (queued_at, order_id) WHERE state = 'QUEUED';
