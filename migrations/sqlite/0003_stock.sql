-- TEMU's SKUs, what they should show, what was sent and confirmed, and the plans. Times in epoch milliseconds (UTC).

CREATE TABLE temu_products (
    goods_id     INTEGER NOT NULL,
    sku_id       INTEGER NOT NULL,
    sku_sn       TEXT,
    -- The number as it is compared with JTL's; '' without one.
    article_key  TEXT NOT NULL,
    goods_name   TEXT NOT NULL,
    variant      TEXT NOT NULL,
    list         INTEGER NOT NULL CHECK (list IN (2, 3)),
    active       INTEGER NOT NULL CHECK (active IN (0, 1)),
    first_seen   INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,
    PRIMARY KEY (goods_id, sku_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX temu_products_by_article ON temu_products (active, article_key, goods_id, sku_id);

-- Wanted, sent, confirmed and last read stand apart: none is taken for another.
CREATE TABLE temu_inventory (
    goods_id       INTEGER NOT NULL,
    sku_id         INTEGER NOT NULL,
    -- What the last plan found: 'unread' before the first one.
    want           TEXT NOT NULL DEFAULT 'unread' CHECK (want IN ('unread', 'pieces', 'unknown', 'unmatched')),
    wanted         INTEGER CHECK (wanted >= 0),
    counted        INTEGER,
    pending        INTEGER,
    reason_code    TEXT,
    reason_detail  TEXT,
    wanted_at      INTEGER,
    sent           INTEGER,
    sent_key       TEXT,
    sent_at        INTEGER,
    confirmed      INTEGER,
    confirmed_at   INTEGER,
    last_read      INTEGER,
    last_read_at   INTEGER,
    -- The later of confirmed and last read.
    known          INTEGER,
    -- Why the last push of the value failed.
    problem_code   TEXT,
    problem_detail TEXT,
    needs_sync     INTEGER GENERATED ALWAYS AS (want = 'pieces' AND wanted IS NOT known) VIRTUAL,
    status         TEXT GENERATED ALWAYS AS
                   (CASE WHEN want <> 'pieces' THEN want WHEN wanted IS known THEN 'synced' ELSE 'delta' END) VIRTUAL,
    PRIMARY KEY (goods_id, sku_id),
    FOREIGN KEY (goods_id, sku_id) REFERENCES temu_products (goods_id, sku_id),
    CHECK ((want = 'pieces') = (wanted IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- The operator's own rules.
CREATE TABLE stock_rules (
    goods_id    INTEGER NOT NULL,
    sku_id      INTEGER NOT NULL,
    buffer      INTEGER NOT NULL CHECK (buffer >= 0),
    cap         INTEGER CHECK (cap >= 0),
    fixed       INTEGER CHECK (fixed >= 0),
    changed_by  TEXT NOT NULL,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (goods_id, sku_id),
    FOREIGN KEY (goods_id, sku_id) REFERENCES temu_products (goods_id, sku_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE stock_plans (
    plan_id     TEXT PRIMARY KEY NOT NULL,
    run_id      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'applied', 'superseded')),
    plan        TEXT NOT NULL,
    stops       TEXT NOT NULL,
    made_at     INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    changed_by  TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX stock_plans_by_state ON stock_plans (state, made_at);
CREATE INDEX stock_plans_newest ON stock_plans (made_at);

-- Every value that was sent: recorded before the call, settled after it.
CREATE TABLE stock_pushes (
    id           INTEGER PRIMARY KEY,
    run_id       TEXT NOT NULL,
    plan_id      TEXT NOT NULL,
    goods_id     INTEGER NOT NULL,
    sku_id       INTEGER NOT NULL,
    request_key  TEXT NOT NULL,
    before       INTEGER,
    after        INTEGER NOT NULL CHECK (after >= 0),
    state        TEXT NOT NULL CHECK (state IN ('sending', 'confirmed', 'refused', 'not_sent', 'differs')),
    code         TEXT,
    detail       TEXT,
    sent_at      INTEGER NOT NULL,
    settled_at   INTEGER,
    proven_at    INTEGER,
    UNIQUE (goods_id, sku_id, request_key)
) STRICT;
CREATE INDEX stock_pushes_open ON stock_pushes (id) WHERE state = 'sending';
CREATE INDEX stock_pushes_confirmed ON stock_pushes (id) WHERE state = 'confirmed';
CREATE INDEX stock_pushes_by_sku ON stock_pushes (goods_id, sku_id, id);
CREATE INDEX stock_pushes_by_run ON stock_pushes (run_id, id);
