-- Invoice documents of TEMU's that were fetched into the inbox, once each. Times in epoch milliseconds (UTC).

CREATE TABLE fetched_invoices (
    invoice_id       INTEGER PRIMARY KEY,
    number           TEXT NOT NULL,
    parent_order_sn  TEXT,
    issued_at        INTEGER,
    file_name        TEXT NOT NULL,
    content_hash     TEXT NOT NULL,
    run_id           TEXT NOT NULL,
    fetched_at       INTEGER NOT NULL,
    -- publishing: written under its temporary name, about to get its final one.
    state            TEXT NOT NULL CHECK (state IN ('publishing', 'stored', 'doubled'))
) STRICT;
CREATE INDEX fetched_invoices_by_hash ON fetched_invoices (content_hash);
CREATE INDEX fetched_invoices_unfinished ON fetched_invoices (invoice_id) WHERE state = 'publishing';
