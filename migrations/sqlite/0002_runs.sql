-- Runs, what they did with single records, and how far the polls have come.

CREATE TABLE runs (
    run_id      TEXT PRIMARY KEY NOT NULL,
    job         TEXT NOT NULL,
    mode        TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    outcome     TEXT,
    counts      TEXT NOT NULL,
    problems    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_job ON runs (job, started_at);
CREATE INDEX runs_newest ON runs (started_at);
CREATE INDEX runs_open ON runs (run_id) WHERE ended_at IS NULL;

CREATE TABLE run_items (
    id       INTEGER PRIMARY KEY,
    run_id   TEXT NOT NULL REFERENCES runs (run_id),
    step     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    state    TEXT NOT NULL,
    code     TEXT,
    detail   TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX run_items_by_run ON run_items (run_id, id);

CREATE TABLE cursors (
    name   TEXT PRIMARY KEY NOT NULL,
    value  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
