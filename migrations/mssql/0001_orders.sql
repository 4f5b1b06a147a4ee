-- Orders, their lines, holds and timeline. Money in cents, times in epoch milliseconds (UTC). Every number is BIGINT, every
-- text is compared by its code units, as in the SQLite file. GO ends a batch. What SQLite's indexes compute (the last
-- digits, the article number without case) stands in columns here.

CREATE TABLE temu_orders (
    parent_order_sn  NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
    state            NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (state IN
                     ('imported', 'on_hold', 'exported', 'accepted', 'tracked', 'reported', 'cancelled')),
    temu_status      BIGINT NOT NULL,
    region_id        BIGINT NULL,
    ordered_at       BIGINT NULL,
    confirmed_at     BIGINT NULL,
    ship_by          BIGINT NULL,
    deliver_by       BIGINT NULL,
    updated_at       BIGINT NULL,
    labels           NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    currency         NVARCHAR(32) COLLATE Latin1_General_BIN2 NULL,
    address          NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NULL,
    country          NVARCHAR(32) COLLATE Latin1_General_BIN2 NULL,
    holds            NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    notes            NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    total_cents      BIGINT NULL,
    item_count       BIGINT NOT NULL,
    remote_digest    NVARCHAR(128) COLLATE Latin1_General_BIN2 NOT NULL,
    jtl_order_number NVARCHAR(100) COLLATE Latin1_General_BIN2 NULL,
    imported_at      BIGINT NOT NULL,
    changed_at       BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    -- The list's sort keys: a missing time stands at the end.
    sort_newest      BIGINT NOT NULL,
    sort_deadline    BIGINT NOT NULL
);
GO
CREATE INDEX temu_orders_by_state ON temu_orders (state, parent_order_sn);
CREATE INDEX temu_orders_exportable ON temu_orders (parent_order_sn) WHERE state = 'imported' AND temu_status = 2;
CREATE INDEX temu_orders_newest ON temu_orders (sort_newest, parent_order_sn);
CREATE INDEX temu_orders_deadline ON temu_orders (sort_deadline, parent_order_sn);
CREATE INDEX temu_orders_state_newest ON temu_orders (state, sort_newest, parent_order_sn);
CREATE INDEX temu_orders_state_deadline ON temu_orders (state, sort_deadline, parent_order_sn);
GO
CREATE TABLE temu_order_items (
    parent_order_sn  NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL REFERENCES temu_orders (parent_order_sn),
    position         BIGINT NOT NULL,
    order_sn         NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    goods_id         BIGINT NULL,
    sku_id           BIGINT NULL,
    seller_sku       NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NULL,
    name             NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    variant          NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    quantity         BIGINT NULL CHECK (quantity >= 0),
    unit_gross       BIGINT NULL,
    vat              BIGINT NULL,
    seller_discount  BIGINT NOT NULL,
    shipping_gross   BIGINT NOT NULL,
    shipping_vat     BIGINT NULL,
    PRIMARY KEY (parent_order_sn, position)
);
GO
CREATE TABLE order_holds (
    code             NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    parent_order_sn  NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL REFERENCES temu_orders (parent_order_sn),
    PRIMARY KEY (code, parent_order_sn)
);
GO
CREATE INDEX order_holds_by_order ON order_holds (parent_order_sn);
GO
CREATE TABLE order_events (
    id               BIGINT IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    parent_order_sn  NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    run_id           NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    at               BIGINT NOT NULL,
    kind             NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (kind IN ('imported', 'updated', 'state', 'note', 'alert', 'report')),
    code             NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    detail           NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL
);
GO
CREATE INDEX order_events_by_order ON order_events (parent_order_sn, id);
CREATE INDEX order_events_alerts ON order_events (id) WHERE kind = 'alert';
GO
-- The outbox: what was handed to JTL, with its hash before and its proof after.
CREATE TABLE temu_xml_export (
    id               BIGINT IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    parent_order_sn  NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL REFERENCES temu_orders (parent_order_sn),
    channel          NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (channel IN ('file', 'database')),
    generation       BIGINT NOT NULL,
    run_id           NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    content          NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    content_hash     NVARCHAR(128) COLLATE Latin1_General_BIN2 NOT NULL,
    order_version    BIGINT NOT NULL,
    state            NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (state IN ('prepared', 'publishing', 'written', 'accepted', 'withdrawn')),
    file_name        NVARCHAR(400) COLLATE Latin1_General_BIN2 NULL,
    proof            NVARCHAR(400) COLLATE Latin1_General_BIN2 NULL,
    prepared_at      BIGINT NOT NULL,
    written_at       BIGINT NULL,
    UNIQUE (parent_order_sn, channel, generation)
);
GO
CREATE INDEX temu_xml_export_unfinished ON temu_xml_export (id) WHERE state IN ('prepared', 'publishing');
GO
CREATE TABLE temu_parcels (
    parent_order_sn  NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL REFERENCES temu_orders (parent_order_sn),
    jtl_id           BIGINT NOT NULL,
    tracking_number  NVARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL CHECK (tracking_number <> ''),
    shipping_method  NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    logistics        NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    shipped_at       BIGINT NULL,
    contents         NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    carrier_id       BIGINT NULL,
    carrier_name     NVARCHAR(400) COLLATE Latin1_General_BIN2 NULL,
    report           NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (report IN ('waiting', 'sending', 'reported', 'refused')),
    problem_code     NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    problem_detail   NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NULL,
    reported_at      BIGINT NULL,
    PRIMARY KEY (parent_order_sn, jtl_id)
);
