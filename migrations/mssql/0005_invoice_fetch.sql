-- Invoice documents of TEMU's that were fetched into the inbox, once each. Times in epoch milliseconds (UTC).

CREATE TABLE fetched_invoices (
    invoice_id       BIGINT NOT NULL PRIMARY KEY,
    number           NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    parent_order_sn  NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    issued_at        BIGINT NULL,
    file_name        NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    content_hash     NVARCHAR(128) COLLATE Latin1_General_BIN2 NOT NULL,
    run_id           NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    fetched_at       BIGINT NOT NULL,
    -- publishing: written under its temporary name, about to get its final one.
    state            NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (state IN ('publishing', 'stored', 'doubled'))
);
GO
CREATE INDEX fetched_invoices_by_hash ON fetched_invoices (content_hash);
CREATE INDEX fetched_invoices_unfinished ON fetched_invoices (invoice_id) WHERE state = 'publishing';
