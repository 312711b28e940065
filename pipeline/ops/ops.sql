-- How the pipeline's runs went. May run again; whoever runs it owns it.
CREATE SCHEMA IF NOT EXISTS ops;

CREATE TABLE IF NOT EXISTS ops.runs (
    pipeline text NOT NULL,
    run text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    outcome text NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'succeeded', 'failed', 'waiting')),
    done text[] NOT NULL DEFAULT '{}',
    as_of timestamptz,
    caught_up_s double precision,
    lag_sim_s double precision,
    lag_s double precision,
    lag_bytes bigint,
    lag_records bigint,
    PRIMARY KEY (pipeline, run)
);
COMMENT ON TABLE ops.runs IS 'One row is one run of a pipeline; after 90 days it goes, with its checks.';
COMMENT ON COLUMN ops.runs.pipeline IS 'replicate, or another DAG.';
COMMENT ON COLUMN ops.runs.run IS 'Which run of it, as Airflow calls it.';
COMMENT ON COLUMN ops.runs.started_at IS 'On the wall clock; of a run that was begun again, its last beginning.';
COMMENT ON COLUMN ops.runs.ended_at IS 'On the wall clock; NULL while it runs, and for ever if it was killed.';
COMMENT ON COLUMN ops.runs.outcome IS 'waiting: it could do nothing yet, and nothing is wrong.';
COMMENT ON COLUMN ops.runs.done IS 'What it had to put right, a line each.';
COMMENT ON COLUMN ops.runs.as_of IS 'On the shop''s clock: up to here everything is there.';
COMMENT ON COLUMN ops.runs.caught_up_s IS 'How long it took, in wall seconds, until what the shop had at first had arrived.';
COMMENT ON COLUMN ops.runs.lag_sim_s IS 'How far the replica''s clock was behind the shop''s, in simulated seconds.';
COMMENT ON COLUMN ops.runs.lag_s IS 'The same in wall seconds.';
COMMENT ON COLUMN ops.runs.lag_bytes IS 'Of the shop''s write-ahead log that was not yet read.';
COMMENT ON COLUMN ops.runs.lag_records IS 'Changes on Kafka that were not yet written to MySQL.';
CREATE INDEX IF NOT EXISTS runs_started_at ON ops.runs (started_at);

CREATE TABLE IF NOT EXISTS ops.checks (
    pipeline text NOT NULL,
    run text NOT NULL,
    subject text NOT NULL,
    name text NOT NULL,
    passed boolean NOT NULL,
    rows_expected bigint,
    rows_found bigint,
    rows_differing bigint,
    digest_expected text,
    digest_found text,
    detail text NOT NULL DEFAULT '',
    seconds double precision,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (pipeline, run, subject, name),
    FOREIGN KEY (pipeline, run) REFERENCES ops.runs ON DELETE CASCADE
);
COMMENT ON TABLE ops.checks IS 'What each run looked at: one row is one check of one table.';
COMMENT ON COLUMN ops.checks.pipeline IS 'With run: of ops.runs.';
COMMENT ON COLUMN ops.checks.run IS 'With pipeline: of ops.runs.';
COMMENT ON COLUMN ops.checks.subject IS 'The table, or the mart.';
COMMENT ON COLUMN ops.checks.name IS 'equal: the same rows here and there; of marts, what their files and heads ask for.';
COMMENT ON COLUMN ops.checks.passed IS 'The verdict.';
COMMENT ON COLUMN ops.checks.rows_expected IS 'How many there should be: in the shop.';
COMMENT ON COLUMN ops.checks.rows_found IS 'How many there are: in the replica.';
COMMENT ON COLUMN ops.checks.rows_differing IS 'How many rows are missing, too many or otherwise; at least so many where detail says so.';
COMMENT ON COLUMN ops.checks.digest_expected IS 'Of all values of these rows: in the shop.';
COMMENT ON COLUMN ops.checks.digest_found IS 'Of all values of these rows: in the replica.';
COMMENT ON COLUMN ops.checks.detail IS 'In words, where it did not pass.';
COMMENT ON COLUMN ops.checks.seconds IS 'How long the check took.';
COMMENT ON COLUMN ops.checks.checked_at IS 'On the wall clock.';

CREATE TABLE IF NOT EXISTS ops.marts (
    pipeline text NOT NULL,
    run text NOT NULL,
    mart text NOT NULL,
    as_of timestamptz NOT NULL,
    rows_served bigint NOT NULL,
    seconds double precision NOT NULL,
    engine text NOT NULL,
    served_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (pipeline, run, mart),
    FOREIGN KEY (pipeline, run) REFERENCES ops.runs ON DELETE CASCADE
);
COMMENT ON TABLE ops.marts IS 'Which marts each run has made: one row is one mart that took the place of the one before.';
COMMENT ON COLUMN ops.marts.pipeline IS 'With run: of ops.runs.';
COMMENT ON COLUMN ops.marts.run IS 'With pipeline: of ops.runs.';
COMMENT ON COLUMN ops.marts.mart IS 'The mart, and its table in MySQL.';
COMMENT ON COLUMN ops.marts.as_of IS 'On the shop''s clock: nothing that came later is in it.';
COMMENT ON COLUMN ops.marts.rows_served IS 'Its rows.';
COMMENT ON COLUMN ops.marts.seconds IS 'How long it took, checks and all, in wall seconds.';
COMMENT ON COLUMN ops.marts.engine IS 'What computed it.';
COMMENT ON COLUMN ops.marts.served_at IS 'On the wall clock.';

CREATE TABLE IF NOT EXISTS ops.alerts (
    alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    pipeline text NOT NULL,
    run text NOT NULL,
    subject text NOT NULL,
    message text NOT NULL,
    told_at timestamptz,
    untold text
);
COMMENT ON TABLE ops.alerts IS 'What somebody should look at: one row is one task that failed for good, or one table that differs.';
COMMENT ON COLUMN ops.alerts.alert_id IS 'In the order they were raised.';
COMMENT ON COLUMN ops.alerts.raised_at IS 'On the wall clock.';
COMMENT ON COLUMN ops.alerts.pipeline IS 'Whose run.';
COMMENT ON COLUMN ops.alerts.run IS 'Which run.';
COMMENT ON COLUMN ops.alerts.subject IS 'The task or the table.';
COMMENT ON COLUMN ops.alerts.message IS 'What is wrong, in one line.';
COMMENT ON COLUMN ops.alerts.told_at IS 'When the address of ALERT_WEBHOOK_URL had taken it.';
COMMENT ON COLUMN ops.alerts.untold IS 'Why it was not told there: nobody is to be, it was told before, or what went wrong.';
CREATE INDEX IF NOT EXISTS alerts_raised_at ON ops.alerts (raised_at);
