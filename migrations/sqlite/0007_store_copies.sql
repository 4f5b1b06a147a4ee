-- How far a copy of another store into this one has come, one row a table. While a row is there, the copy has not ended and
-- the database is no store yet.

CREATE TABLE store_copies (
    table_name   TEXT PRIMARY KEY NOT NULL,
    -- From where; without credentials.
    source       TEXT NOT NULL,
    -- The key of the last row, as a JSON array.
    last_key     TEXT NOT NULL,
    rows_copied  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
