-- What people look for and keep at their desk: search keys, saved views, corrections of held orders.

ALTER TABLE temu_orders ADD COLUMN buyer TEXT;
-- The buyer's name in lower case, family name first.
ALTER TABLE temu_orders ADD COLUMN buyer_key TEXT;
-- The sort key of the total: a missing one stands at the end.
ALTER TABLE temu_orders ADD COLUMN sort_total INTEGER NOT NULL DEFAULT -1;
UPDATE temu_orders SET sort_total = coalesce(total_cents, -1);
UPDATE temu_orders SET
    buyer = trim(json_extract(address, '$.first_name') || ' ' || json_extract(address, '$.last_name')),
    buyer_key = lower(trim(json_extract(address, '$.last_name') || ' ' || json_extract(address, '$.first_name')))
WHERE address IS NOT NULL;

-- What TEMU sent instead of a usable address (JSON).
ALTER TABLE temu_orders ADD COLUMN given_address TEXT;

CREATE INDEX temu_orders_buyer ON temu_orders (buyer_key) WHERE buyer_key IS NOT NULL;
CREATE INDEX temu_orders_last_digits ON temu_orders (substr(parent_order_sn, -5));
CREATE INDEX temu_orders_jtl_number ON temu_orders (jtl_order_number) WHERE jtl_order_number IS NOT NULL;
CREATE INDEX temu_orders_total ON temu_orders (sort_total, parent_order_sn);
CREATE INDEX temu_order_items_sku ON temu_order_items (seller_sku COLLATE NOCASE);
CREATE INDEX temu_parcels_tracking ON temu_parcels (tracking_number);
CREATE INDEX temu_parcels_report ON temu_parcels (report, parent_order_sn, jtl_id);

-- An alert stays open until a person has settled it.
ALTER TABLE order_events ADD COLUMN settled_at INTEGER;
ALTER TABLE order_events ADD COLUMN settled_by TEXT;
DROP INDEX order_events_alerts;
CREATE INDEX order_events_open_alerts ON order_events (id) WHERE kind = 'alert' AND settled_at IS NULL;

CREATE TABLE saved_views (
    id        INTEGER PRIMARY KEY,
    screen    TEXT NOT NULL,
    name      TEXT NOT NULL CHECK (name <> ''),
    -- Filter, sort and columns as the window keeps them (JSON).
    content   TEXT NOT NULL,
    position  INTEGER NOT NULL,
    UNIQUE (screen, name)
) STRICT;

-- What a person has put right about a held order. It stands until TEMU itself sends something usable.
CREATE TABLE order_corrections (
    parent_order_sn  TEXT NOT NULL REFERENCES temu_orders (parent_order_sn),
    -- 'address', or 'sku' of one line.
    field            TEXT NOT NULL CHECK (field IN ('address', 'sku')),
    -- The line's number; empty for the order itself.
    order_sn         TEXT NOT NULL,
    -- JSON.
    value            TEXT NOT NULL,
    corrected_at     INTEGER NOT NULL,
    corrected_by     TEXT NOT NULL,
    PRIMARY KEY (parent_order_sn, field, order_sn)
) STRICT, WITHOUT ROWID;
