-- What people look for and keep at their desk: search keys, saved views, corrections of held orders. No database on a SQL
-- Server is older than this file, so that there are no rows to fill.

ALTER TABLE temu_orders ADD buyer NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NULL;
-- The buyer's name in lower case, family name first; cut at 400 characters.
ALTER TABLE temu_orders ADD buyer_key NVARCHAR(400) COLLATE Latin1_General_BIN2 NULL;
-- The sort key of the total: a missing one stands at the end.
ALTER TABLE temu_orders ADD sort_total BIGINT NOT NULL DEFAULT -1;
-- What TEMU sent instead of a usable address (JSON).
ALTER TABLE temu_orders ADD given_address NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NULL;
-- The last five characters of the number.
ALTER TABLE temu_orders ADD last_digits NVARCHAR(5) COLLATE Latin1_General_BIN2 NOT NULL DEFAULT '';
-- The article number with ASCII letters in lower case; cut at 400 characters.
ALTER TABLE temu_order_items ADD seller_sku_key NVARCHAR(400) COLLATE Latin1_General_BIN2 NULL;
-- An alert stays open until a person has settled it.
ALTER TABLE order_events ADD settled_at BIGINT NULL;
ALTER TABLE order_events ADD settled_by NVARCHAR(400) COLLATE Latin1_General_BIN2 NULL;
GO
CREATE INDEX temu_orders_buyer ON temu_orders (buyer_key) WHERE buyer_key IS NOT NULL;
CREATE INDEX temu_orders_last_digits ON temu_orders (last_digits);
CREATE INDEX temu_orders_jtl_number ON temu_orders (jtl_order_number) WHERE jtl_order_number IS NOT NULL;
CREATE INDEX temu_orders_total ON temu_orders (sort_total, parent_order_sn);
CREATE INDEX temu_order_items_sku ON temu_order_items (seller_sku_key);
CREATE INDEX temu_parcels_tracking ON temu_parcels (tracking_number);
CREATE INDEX temu_parcels_report ON temu_parcels (report, parent_order_sn, jtl_id);
DROP INDEX order_events_alerts ON order_events;
CREATE INDEX order_events_open_alerts ON order_events (id) WHERE kind = 'alert' AND settled_at IS NULL;
GO
CREATE TABLE saved_views (
    id        BIGINT IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    screen    NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    name      NVARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL CHECK (name <> ''),
    -- Filter, sort and columns as the window keeps them (JSON).
    content   NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    position  BIGINT NOT NULL,
    UNIQUE (screen, name)
);
GO
-- What a person has put right about a held order. It stands until TEMU itself sends something usable.
CREATE TABLE order_corrections (
    parent_order_sn  NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL REFERENCES temu_orders (parent_order_sn),
    -- 'address', or 'sku' of one line.
    field            NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (field IN ('address', 'sku')),
    -- The line's number; empty for the order itself.
    order_sn         NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    -- JSON.
    value            NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    corrected_at     BIGINT NOT NULL,
    corrected_by     NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    PRIMARY KEY (parent_order_sn, field, order_sn)
);
