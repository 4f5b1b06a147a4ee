-- Orders, their lines, holds and timeline. Money in cents, times in epoch milliseconds (UTC).

CREATE TABLE temu_orders (
    parent_order_sn  TEXT PRIMARY KEY NOT NULL,
    state            TEXT NOT NULL CHECK (state IN
                     ('imported', 'on_hold', 'exported', 'accepted', 'tracked', 'reported', 'cancelled')),
    temu_status      INTEGER NOT NULL,
    region_id        INTEGER,
    ordered_at       INTEGER,
    confirmed_at     INTEGER,
    ship_by          INTEGER,
    deliver_by       INTEGER,
    updated_at       INTEGER,
    labels           TEXT NOT NULL,
    currency         TEXT,
    address          TEXT,
    country          TEXT,
    holds            TEXT NOT NULL,
    notes            TEXT NOT NULL,
    total_cents      INTEGER,
    item_count       INTEGER NOT NULL,
    remote_digest    TEXT NOT NULL,
    jtl_order_number TEXT,
    imported_at      INTEGER NOT NULL,
    changed_at       INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    -- The list's sort keys: a missing time stands at the end.
    sort_newest      INTEGER NOT NULL,
    sort_deadline    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX temu_orders_by_state ON temu_orders (state, parent_order_sn);
CREATE INDEX temu_orders_exportable ON temu_orders (parent_order_sn) WHERE state = 'imported' AND temu_status = 2;
CREATE INDEX temu_orders_newest ON temu_orders (sort_newest, parent_order_sn);
CREATE INDEX temu_orders_deadline ON temu_orders (sort_deadline, parent_order_sn);
CREATE INDEX temu_orders_state_newest ON temu_orders (state, sort_newest, parent_order_sn);
CREATE INDEX temu_orders_state_deadline ON temu_orders (state, sort_deadline, parent_order_sn);

CREATE TABLE temu_order_items (
    parent_order_sn  TEXT NOT NULL REFERENCES temu_orders (parent_order_sn),
    position         INTEGER NOT NULL,
    order_sn         TEXT NOT NULL,
    goods_id         INTEGER,
    sku_id           INTEGER,
    seller_sku       TEXT,
    name             TEXT NOT NULL,
    variant          TEXT NOT NULL,
    quantity         INTEGER CHECK (quantity >= 0),
    unit_gross       INTEGER,
    vat              INTEGER,
    seller_discount  INTEGER NOT NULL,
    shipping_gross   INTEGER NOT NULL,
    shipping_vat     INTEGER,
    PRIMARY KEY (parent_order_sn, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE order_holds (
    code             TEXT NOT NULL,
    parent_order_sn  TEXT NOT NULL REFERENCES temu_orders (parent_order_sn),
    PRIMARY KEY (code, parent_order_sn)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_holds_by_order ON order_holds (parent_order_sn);

CREATE TABLE order_events (
    id               INTEGER PRIMARY KEY,
    parent_order_sn  TEXT NOT NULL,
    run_id           TEXT,
    at               INTEGER NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('imported', 'updated', 'state', 'note', 'alert', 'report')),
    code             TEXT,
    detail           TEXT NOT NULL
) STRICT;
CREATE INDEX order_events_by_order ON order_events (parent_order_sn, id);
CREATE INDEX order_events_alerts ON order_events (id) WHERE kind = 'alert';

-- The outbox: what was handed to JTL, with its hash before and its proof after.
CREATE TABLE temu_xml_export (
    id               INTEGER PRIMARY KEY,
    parent_order_sn  TEXT NOT NULL REFERENCES temu_orders (parent_order_sn),
    channel          TEXT NOT NULL CHECK (channel IN ('file', 'database')),
    generation       INTEGER NOT NULL,
    run_id           TEXT NOT NULL,
    content          TEXT NOT NULL,
    content_hash     TEXT NOT NULL,
    order_version    INTEGER NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('prepared', 'publishing', 'written', 'accepted', 'withdrawn')),
    file_name        TEXT,
    proof            TEXT,
    prepared_at      INTEGER NOT NULL,
    written_at       INTEGER,
    UNIQUE (parent_order_sn, channel, generation)
) STRICT;
CREATE INDEX temu_xml_export_unfinished ON temu_xml_export (id) WHERE state IN ('prepared', 'publishing');

CREATE TABLE temu_parcels (
    parent_order_sn  TEXT NOT NULL REFERENCES temu_orders (parent_order_sn),
    jtl_id           INTEGER NOT NULL,
    tracking_number  TEXT NOT NULL CHECK (tracking_number <> ''),
    shipping_method  TEXT NOT NULL,
    logistics        TEXT NOT NULL,
    shipped_at       INTEGER,
    contents         TEXT NOT NULL,
    carrier_id       INTEGER,
    carrier_name     TEXT,
    report           TEXT NOT NULL CHECK (report IN ('waiting', 'sending', 'reported', 'refused')),
    problem_code     TEXT,
    problem_detail   TEXT,
    reported_at      INTEGER,
    PRIMARY KEY (parent_order_sn, jtl_id)
) STRICT, WITHOUT ROWID;
