-- The run as it is now. All else that asks for it reads it here; who may meet a shop of an older version reads sim.runs.

CREATE OR REPLACE VIEW sim.current_run AS
SELECT run_id, seed, scenario, scenario_config, scenario_digest, market, scale, version, epoch, sim_now, speed, kept_speed,
       lag_s, status, started_at, heartbeat_at, pid, host, rows_written, batches, began_at, currency, schema_version
FROM sim.runs ORDER BY run_id DESC LIMIT 1;

COMMENT ON VIEW sim.current_run IS
    'The newest chapter of the shop''s one run: its settings, and how far it has come. No row before the first.';
