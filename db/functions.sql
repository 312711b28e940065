-- Functions for everyone who reads the shop.

-- STABLE: one value within a statement. Reads only the primary key's last entry, so it costs microseconds; where a
-- query filters millions of rows by it, (SELECT sim_now()) makes sure that it is asked once. By way of sim.current_run, as
-- all else that asks for the newest run, a call would cost two and a half times as much.
CREATE OR REPLACE FUNCTION public.sim_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT sim_now FROM sim.runs ORDER BY run_id DESC LIMIT 1 $$;

COMMENT ON FUNCTION public.sim_now() IS
    'The simulated now: the instant of the newest commit of the newest run. Use it instead of now().';

CREATE OR REPLACE FUNCTION public.currency() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(currency, '¤') FROM sim.current_run $$;

COMMENT ON FUNCTION public.currency() IS
    'The currency of all money in this shop, as ISO 4217 has it: USD, RUB …; ¤ where an older program did not note it.';

CREATE OR REPLACE FUNCTION public.kept_since() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT greatest(epoch, (SELECT kept_since FROM sim.retention)) FROM sim.current_run
$$;

COMMENT ON FUNCTION public.kept_since() IS
    'Since when the shop''s past is complete: since the run''s epoch, or later where older rows were cut off (--keep). '
    'Of what was over before it only that is there to which later rows belong.';

CREATE OR REPLACE FUNCTION sim.rules_since(schema_version int) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN bool_and(r.schema_version >= rules_since.schema_version) THEN '-infinity'
                ELSE coalesce(min(r.began_at) FILTER (WHERE r.schema_version >= rules_since.schema_version), 'infinity')
           END
    FROM sim.runs r
$$;

COMMENT ON FUNCTION sim.rules_since(int) IS
    'After which simulated instant rows keep the rules of a version of the schema: always in a shop that began with it, '
    'in an upgraded one since it went on. What was written before stays as it was.';

-- What dashboards choose from: a city and a period, both by the name that people read.

-- Filter a small table by it and join that: called for each of millions of rows it would read cities each time.
CREATE OR REPLACE FUNCTION public.cities_named(name text) RETURNS smallint[]
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT coalesce(array_agg(c.city_id ORDER BY c.city_id), '{}')
    FROM public.cities c
    WHERE c.name = cities_named.name OR cities_named.name = 'All cities'
$$;

COMMENT ON FUNCTION public.cities_named(text) IS
    'The ids of the cities of that name: all for ''All cities'', none for a name that is not there. '
    'WHERE city_id = ANY (cities_named(''London'')).';

-- The day of 'Today' is a UTC one, as cities have no midnight in common. No period begins before the run did,
-- nor before what is kept of it.
-- Hours, not days: a day of a session's own time zone may have 23 or 25 of them.
CREATE OR REPLACE FUNCTION public.period_start(period text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE period
               WHEN 'Today' THEN greatest(since, date_trunc('day', sim_now, 'UTC'))
               WHEN 'Last 24 hours' THEN greatest(since, sim_now - interval '24 hours')
               WHEN 'Last 7 days' THEN greatest(since, sim_now - interval '168 hours')
               WHEN 'Last 28 days' THEN greatest(since, sim_now - interval '672 hours')
               WHEN 'Everything' THEN since
           END
    FROM (SELECT sim_now, greatest(epoch, (SELECT kept_since FROM sim.retention)) AS since
          FROM sim.current_run) newest
$$;

COMMENT ON FUNCTION public.period_start(text) IS
    'When the period that ends at sim_now() began: Today (since 0:00 UTC), Last 24 hours, Last 7 days, Last 28 days or '
    'Everything, never before kept_since(); null for any other name. WHERE placed_at >= (SELECT period_start(''Today'')).';

CREATE OR REPLACE FUNCTION public.period_step(period text) RETURNS interval
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN length <= interval '26 hours' THEN interval '1 hour'
                WHEN length <= interval '192 hours' THEN interval '6 hours'
                WHEN length IS NOT NULL THEN interval '24 hours'
           END
    FROM (SELECT public.sim_now() - public.period_start(period_step.period) AS length) p
$$;

COMMENT ON FUNCTION public.period_step(text) IS
    'How wide the steps of a chart over that period are, by how long it has lasted: an hour up to about a day, six hours '
    'up to about a week, else a day. date_bin(period_step(''Today''), placed_at, ''2000-01-01 00:00Z'').';

-- A step cut off by the period's beginning or by now would look like a drop.
CREATE OR REPLACE FUNCTION public.period_steps(period text, OUT starts_at timestamptz, OUT ends_at timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 30
AS $$
    SELECT step, step + width
    FROM (SELECT public.period_start(period_steps.period) AS since, public.period_step(period_steps.period) AS width) p
    CROSS JOIN generate_series(date_bin(width, since + width - interval '1 microsecond', '2000-01-01 00:00Z'),
                               public.sim_now() - width, width) AS step
$$;

COMMENT ON FUNCTION public.period_steps(text) IS
    'The full steps of that period, each period_step(period) wide, in UTC: neither the one cut off by its beginning nor '
    'the one still going on. Joined to what happened, a step in which nothing did is a zero instead of a gap.';

-- Charts over time mark their steps by it. One that has been asked for and not begun has no instants yet.
CREATE OR REPLACE FUNCTION public.incidents_during(city text, since timestamptz, until timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT string_agg(DISTINCT upper(left(i.kind, 1)) || replace(substr(i.kind, 2), '_', ' ') || ', '
                               || coalesce(w.name, c.name, 'all cities'), '; ')
    FROM sim.incidents i
    LEFT JOIN public.cities c USING (city_id)
    LEFT JOIN public.warehouses w USING (warehouse_id)
    WHERE i.began_at < incidents_during.until
      AND i.ends_at > incidents_during.since
      AND (i.city_id IS NULL OR i.city_id = ANY (public.cities_named(incidents_during.city)))
$$;

COMMENT ON FUNCTION public.incidents_during(text, timestamptz, timestamptz) IS
    'What went otherwise than usual in the city of that name (or in ''All cities'') at any time between two instants, as '
    'text: ''Courier strike, London''; null where nothing did.';
