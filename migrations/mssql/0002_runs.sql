-- Runs, what they did with single records, and how far the polls have come.

CREATE TABLE runs (
    run_id      NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
    job         NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    mode        NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    started_at  BIGINT NOT NULL,
    ended_at    BIGINT NULL,
    outcome     NVARCHAR(32) COLLATE Latin1_General_BIN2 NULL,
    counts      NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    problems    NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL
);
GO
CREATE INDEX runs_by_job ON runs (job, started_at);
CREATE INDEX runs_newest ON runs (started_at);
CREATE INDEX runs_open ON runs (run_id) WHERE ended_at IS NULL;
GO
CREATE TABLE run_items (
    id       BIGINT IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    run_id   NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL REFERENCES runs (run_id),
    step     NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    subject  NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    state    NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL,
    code     NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    detail   NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    at       BIGINT NOT NULL
);
GO
CREATE INDEX run_items_by_run ON run_items (run_id, id);
GO
CREATE TABLE cursors (
    name   NVARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
    value  BIGINT NOT NULL
);
