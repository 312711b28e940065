-- Functions for everyone who reads the shop.

-- STABLE: one value within a statement. Reads only the primary key's last entry, so it costs microseconds; where a
-- query filters millions of rows by it, (SELECT sim_now()) makes sure that it is asked once.
CREATE OR REPLACE FUNCTION public.sim_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT sim_now FROM sim.runs ORDER BY run_id DESC LIMIT 1 $$;

COMMENT ON FUNCTION public.sim_now() IS
    'The simulated now: the instant of the newest commit of the newest run. Use it instead of now().';
