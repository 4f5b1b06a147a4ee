-- How far a copy of another store into this one has come, one row a table. While a row is there, the copy has not ended and
-- the database is no store yet.

CREATE TABLE store_copies (
    table_name   NVARCHAR(128) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
    -- From where; without credentials.
    source       NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    -- The key of the last row, as a JSON array.
    last_key     NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    rows_copied  BIGINT NOT NULL
);
