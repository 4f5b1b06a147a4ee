-- TEMU's SKUs, what they should show, what was sent and confirmed, and the plans. Times in epoch milliseconds (UTC).

CREATE TABLE temu_products (
    goods_id     BIGINT NOT NULL,
    sku_id       BIGINT NOT NULL,
    sku_sn       NVARCHAR(400) COLLATE Latin1_General_BIN2 NULL,
    -- The number as it is compared with JTL's; '' without one.
    article_key  NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    goods_name   NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    variant      NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    list         BIGINT NOT NULL CHECK (list IN (2, 3)),
    active       BIGINT NOT NULL CHECK (active IN (0, 1)),
    first_seen   BIGINT NOT NULL,
    last_seen    BIGINT NOT NULL,
    PRIMARY KEY (goods_id, sku_id)
);
GO
CREATE INDEX temu_products_by_article ON temu_products (active, article_key, goods_id, sku_id);
GO
-- Wanted, sent, confirmed and last read stand apart: none is taken for another.
CREATE TABLE temu_inventory (
    goods_id       BIGINT NOT NULL,
    sku_id         BIGINT NOT NULL,
    -- What the last plan found: 'unread' before the first one.
    want           NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL DEFAULT 'unread' CHECK (want IN ('unread', 'pieces', 'unknown', 'unmatched')),
    wanted         BIGINT NULL CHECK (wanted >= 0),
    counted        BIGINT NULL,
    pending        BIGINT NULL,
    reason_code    NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    reason_detail  NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NULL,
    wanted_at      BIGINT NULL,
    sent           BIGINT NULL,
    sent_key       NVARCHAR(200) COLLATE Latin1_General_BIN2 NULL,
    sent_at        BIGINT NULL,
    confirmed      BIGINT NULL,
    confirmed_at   BIGINT NULL,
    last_read      BIGINT NULL,
    last_read_at   BIGINT NULL,
    -- The later of confirmed and last read.
    known          BIGINT NULL,
    -- Why the last push of the value failed.
    problem_code   NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    problem_detail NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NULL,
    needs_sync     AS CAST(CASE WHEN want <> 'pieces' THEN 0 WHEN wanted = known THEN 0 ELSE 1 END AS BIGINT) PERSISTED,
    status         AS CAST(CASE WHEN want <> 'pieces' THEN want WHEN wanted = known THEN 'synced' ELSE 'delta' END
                   AS NVARCHAR(32)) PERSISTED,
    PRIMARY KEY (goods_id, sku_id),
    FOREIGN KEY (goods_id, sku_id) REFERENCES temu_products (goods_id, sku_id),
    CHECK ((want = 'pieces' AND wanted IS NOT NULL) OR (want <> 'pieces' AND wanted IS NULL))
);
GO
-- The operator's own rules.
CREATE TABLE stock_rules (
    goods_id    BIGINT NOT NULL,
    sku_id      BIGINT NOT NULL,
    buffer      BIGINT NOT NULL CHECK (buffer >= 0),
    cap         BIGINT NULL CHECK (cap >= 0),
    fixed       BIGINT NULL CHECK (fixed >= 0),
    changed_by  NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (goods_id, sku_id),
    FOREIGN KEY (goods_id, sku_id) REFERENCES temu_products (goods_id, sku_id)
);
GO
CREATE TABLE stock_plans (
    plan_id     NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
    run_id      NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    state       NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (state IN ('proposed', 'approved', 'applied', 'superseded')),
    [plan]      NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    stops       NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    made_at     BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    changed_by  NVARCHAR(400) COLLATE Latin1_General_BIN2 NULL
);
GO
CREATE INDEX stock_plans_by_state ON stock_plans (state, made_at);
CREATE INDEX stock_plans_newest ON stock_plans (made_at);
GO
-- Every value that was sent: recorded before the call, settled after it.
CREATE TABLE stock_pushes (
    id           BIGINT IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    run_id       NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    plan_id      NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    goods_id     BIGINT NOT NULL,
    sku_id       BIGINT NOT NULL,
    request_key  NVARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL,
    before       BIGINT NULL,
    after        BIGINT NOT NULL CHECK (after >= 0),
    state        NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (state IN ('sending', 'confirmed', 'refused', 'not_sent', 'differs')),
    code         NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    detail       NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NULL,
    sent_at      BIGINT NOT NULL,
    settled_at   BIGINT NULL,
    proven_at    BIGINT NULL,
    UNIQUE (goods_id, sku_id, request_key)
);
GO
CREATE INDEX stock_pushes_open ON stock_pushes (id) WHERE state = 'sending';
CREATE INDEX stock_pushes_confirmed ON stock_pushes (id) WHERE state = 'confirmed';
CREATE INDEX stock_pushes_by_sku ON stock_pushes (goods_id, sku_id, id);
CREATE INDEX stock_pushes_by_run ON stock_pushes (run_id, id);
