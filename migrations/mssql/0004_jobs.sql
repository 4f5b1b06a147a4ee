-- Jobs: who runs one now, what waits to be run, how far the schedules are, the steps of runs, and the log.
-- Times in epoch milliseconds (UTC).

ALTER TABLE runs ADD [trigger] NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL DEFAULT 'cli'
    CHECK ([trigger] IN ('schedule', 'catch_up', 'manual', 'cli', 'retry'));
ALTER TABLE runs ADD attempt BIGINT NOT NULL DEFAULT 1;
ALTER TABLE runs ADD parent_run NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL;
ALTER TABLE runs ADD options NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL DEFAULT '{}';
GO
CREATE INDEX runs_by_outcome ON runs (job, outcome, started_at);
GO
CREATE TABLE run_steps (
    run_id      NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL REFERENCES runs (run_id),
    position    BIGINT NOT NULL,
    step        NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    started_at  BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    done        BIGINT NOT NULL,
    failed      BIGINT NOT NULL,
    PRIMARY KEY (run_id, position)
);
GO
-- One row per job that is being run. `fence` grows with every lease, so that an owner sees that it has lost its own.
CREATE TABLE job_leases (
    job           NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
    run_id        NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    owner         NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    host          NVARCHAR(400) COLLATE Latin1_General_BIN2 NOT NULL,
    pid           BIGINT NOT NULL,
    fence         BIGINT NOT NULL,
    taken_at      BIGINT NOT NULL,
    heartbeat_at  BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    cancel        BIGINT NOT NULL DEFAULT 0,
    step          NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    done          BIGINT NOT NULL DEFAULT 0,
    total         BIGINT NULL
);
GO
CREATE TABLE job_fences (
    job    NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY,
    fence  BIGINT NOT NULL
);
GO
-- Whoever begins or closes runs counts this one up first: so one does it at a time.
INSERT INTO job_fences (job, fence) VALUES ('*', 0);
GO
CREATE TABLE job_requests (
    id            BIGINT IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    job           NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    mode          NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    options       NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    -- SHA-256 of the options, in hex: a key cannot be as long as they may be.
    options_hash  NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    [trigger]     NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK ([trigger] IN ('schedule', 'catch_up', 'manual', 'cli', 'retry')),
    attempt       BIGINT NOT NULL,
    parent_run    NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    requested_at  BIGINT NOT NULL,
    due_at        BIGINT NOT NULL,
    state         NVARCHAR(32) COLLATE Latin1_General_BIN2 NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dropped')),
    run_id        NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL
);
GO
-- The same wish waits once.
CREATE UNIQUE INDEX job_requests_waiting ON job_requests (job, mode, options_hash) WHERE state = 'waiting';
CREATE INDEX job_requests_by_run ON job_requests (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX job_requests_by_parent ON job_requests (parent_run) WHERE parent_run IS NOT NULL;
GO
-- Up to when the starts of a schedule have been made.
CREATE TABLE job_marks (
    job       NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    schedule  NVARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL,
    mark      BIGINT NOT NULL,
    PRIMARY KEY (job, schedule)
);
GO
CREATE TABLE scheduler_logs (
    id           BIGINT IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    [timestamp]  BIGINT NOT NULL,
    job_id       NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    job_type     NVARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
    run_id       NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL,
    level        BIGINT NOT NULL,
    message      NVARCHAR(MAX) COLLATE Latin1_General_BIN2 NOT NULL,
    status       NVARCHAR(32) COLLATE Latin1_General_BIN2 NULL
);
GO
CREATE INDEX scheduler_logs_by_job ON scheduler_logs (job_id, id);
CREATE INDEX scheduler_logs_by_run ON scheduler_logs (run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX scheduler_logs_serious ON scheduler_logs (id) WHERE level <= 2;
