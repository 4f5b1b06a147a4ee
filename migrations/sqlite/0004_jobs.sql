-- Jobs: who runs one now, what waits to be run, how far the schedules are, the steps of runs, and the log.
-- Times in epoch milliseconds (UTC).

ALTER TABLE runs ADD COLUMN trigger TEXT NOT NULL DEFAULT 'cli'
    CHECK (trigger IN ('schedule', 'catch_up', 'manual', 'cli', 'retry'));
ALTER TABLE runs ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE runs ADD COLUMN parent_run TEXT;
ALTER TABLE runs ADD COLUMN options TEXT NOT NULL DEFAULT '{}';

CREATE INDEX runs_by_outcome ON runs (job, outcome, started_at);

CREATE TABLE run_steps (
    run_id      TEXT NOT NULL REFERENCES runs (run_id),
    position    INTEGER NOT NULL,
    step        TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    done        INTEGER NOT NULL,
    failed      INTEGER NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

-- One row per job that is being run. `fence` grows with every lease, so that an owner sees that it has lost its own.
CREATE TABLE job_leases (
    job           TEXT PRIMARY KEY NOT NULL,
    run_id        TEXT NOT NULL,
    owner         TEXT NOT NULL,
    host          TEXT NOT NULL,
    pid           INTEGER NOT NULL,
    fence         INTEGER NOT NULL,
    taken_at      INTEGER NOT NULL,
    heartbeat_at  INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    cancel        INTEGER NOT NULL DEFAULT 0,
    step          TEXT,
    done          INTEGER NOT NULL DEFAULT 0,
    total         INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE job_fences (
    job    TEXT PRIMARY KEY NOT NULL,
    fence  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE job_requests (
    id            INTEGER PRIMARY KEY,
    job           TEXT NOT NULL,
    mode          TEXT NOT NULL,
    options       TEXT NOT NULL,
    trigger       TEXT NOT NULL CHECK (trigger IN ('schedule', 'catch_up', 'manual', 'cli', 'retry')),
    attempt       INTEGER NOT NULL,
    parent_run    TEXT,
    requested_at  INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dropped')),
    run_id        TEXT
) STRICT;
-- The same wish waits once.
CREATE UNIQUE INDEX job_requests_waiting ON job_requests (job, mode, options) WHERE state = 'waiting';
CREATE INDEX job_requests_by_run ON job_requests (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX job_requests_by_parent ON job_requests (parent_run) WHERE parent_run IS NOT NULL;

-- Up to when the starts of a schedule have been made.
CREATE TABLE job_marks (
    job       TEXT NOT NULL,
    schedule  TEXT NOT NULL,
    mark      INTEGER NOT NULL,
    PRIMARY KEY (job, schedule)
) STRICT, WITHOUT ROWID;

CREATE TABLE scheduler_logs (
    id         INTEGER PRIMARY KEY,
    timestamp  INTEGER NOT NULL,
    job_id     TEXT NOT NULL,
    job_type   TEXT NOT NULL,
    run_id     TEXT,
    level      INTEGER NOT NULL,
    message    TEXT NOT NULL,
    status     TEXT
) STRICT;
CREATE INDEX scheduler_logs_by_job ON scheduler_logs (job_id, id);
CREATE INDEX scheduler_logs_by_run ON scheduler_logs (run_id, id) WHERE run_id IS NOT NULL;
CREATE INDEX scheduler_logs_serious ON scheduler_logs (id) WHERE level <= 2;
