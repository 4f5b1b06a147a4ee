-- How a job fares in a mode is asked with every look at the jobs: found without reading its history.

CREATE INDEX runs_by_mode ON runs (job, mode, started_at);
CREATE INDEX runs_well ON runs (job, mode, started_at) WHERE outcome = 'success';
GO
-- What is past its time is found by its time.
CREATE INDEX stock_pushes_by_time ON stock_pushes (sent_at);
