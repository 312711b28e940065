-- Visits and product views counted by quarters of an hour, so that dashboards need not read millions of rows; by
-- quarters, because every zone differs from UTC by whole ones. Triggers keep the counts, whoever writes or deletes; they
-- fire once a statement, for all of its rows. While history is loaded they are off, and sim.refill_quarters() counts all
-- rows once in the end.

CREATE OR REPLACE FUNCTION sim.count_sessions() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    moved constant text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT 1 AS one, * FROM came'
        WHEN 'DELETE' THEN 'SELECT -1 AS one, * FROM gone'
        ELSE 'SELECT 1 AS one, * FROM came UNION ALL SELECT -1, * FROM gone'
    END;
BEGIN
    EXECUTE format($count$
        INSERT INTO sim.session_quarters AS q (quarter_at, city_id, channel, device, bounced, browsed, cart_abandoned,
                                               checkout_abandoned, payment_failed, ordered)
        SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00Z'), city_id, channel, device,
               coalesce(sum(one) FILTER (WHERE outcome = 'bounced'), 0),
               coalesce(sum(one) FILTER (WHERE outcome = 'browsed'), 0),
               coalesce(sum(one) FILTER (WHERE outcome = 'cart_abandoned'), 0),
               coalesce(sum(one) FILTER (WHERE outcome = 'checkout_abandoned'), 0),
               coalesce(sum(one) FILTER (WHERE outcome = 'payment_failed'), 0),
               coalesce(sum(one) FILTER (WHERE outcome = 'ordered'), 0)
        FROM (%s) AS moved
        WHERE outcome IS NOT NULL
        GROUP BY 1, 2, 3, 4
        ON CONFLICT (quarter_at, city_id, channel, device) DO UPDATE
        SET bounced = q.bounced + excluded.bounced,
            browsed = q.browsed + excluded.browsed,
            cart_abandoned = q.cart_abandoned + excluded.cart_abandoned,
            checkout_abandoned = q.checkout_abandoned + excluded.checkout_abandoned,
            payment_failed = q.payment_failed + excluded.payment_failed,
            ordered = q.ordered + excluded.ordered
        $count$, moved);
    IF TG_OP <> 'INSERT' THEN
        IF EXISTS (SELECT FROM gone WHERE outcome IS NOT NULL) THEN  -- not while visits only end
            DELETE FROM sim.session_quarters
            WHERE quarter_at <= (SELECT max(started_at) FROM gone)
              AND bounced + browsed + cart_abandoned + checkout_abandoned + payment_failed + ordered = 0;
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION sim.count_views() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    moved constant text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT 1 AS one, * FROM came'
        WHEN 'DELETE' THEN 'SELECT -1 AS one, * FROM gone'
        ELSE 'SELECT 1 AS one, * FROM came UNION ALL SELECT -1, * FROM gone'
    END;
BEGIN
    -- The last two digits of a session's id are its city.
    EXECUTE format($count$
        INSERT INTO sim.view_quarters AS q (quarter_at, city_id, product_views, missed_views)
        SELECT date_bin('15 minutes', occurred_at, '2000-01-01 00:00Z'), session_id %% 100,
               sum(one), coalesce(sum(one) FILTER (WHERE NOT in_stock), 0)
        FROM (%s) AS moved
        WHERE in_stock IS NOT NULL
        GROUP BY 1, 2
        ON CONFLICT (quarter_at, city_id) DO UPDATE
        SET product_views = q.product_views + excluded.product_views,
            missed_views = q.missed_views + excluded.missed_views
        $count$, moved);
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM sim.view_quarters
        WHERE quarter_at <= (SELECT max(occurred_at) FROM gone) AND product_views = 0;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER count_inserted AFTER INSERT ON public.sessions
REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION sim.count_sessions();
CREATE OR REPLACE TRIGGER count_updated AFTER UPDATE ON public.sessions
REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION sim.count_sessions();
CREATE OR REPLACE TRIGGER count_deleted AFTER DELETE ON public.sessions
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION sim.count_sessions();

CREATE OR REPLACE TRIGGER count_inserted AFTER INSERT ON public.session_events
REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION sim.count_views();
CREATE OR REPLACE TRIGGER count_updated AFTER UPDATE ON public.session_events
REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION sim.count_views();
CREATE OR REPLACE TRIGGER count_deleted AFTER DELETE ON public.session_events
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION sim.count_views();

CREATE OR REPLACE FUNCTION sim.refill_quarters() RETURNS void
LANGUAGE sql
AS $$
    DELETE FROM sim.session_quarters;
    INSERT INTO sim.session_quarters (quarter_at, city_id, channel, device, bounced, browsed, cart_abandoned,
                                      checkout_abandoned, payment_failed, ordered)
    SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00Z'), city_id, channel, device,
           count(*) FILTER (WHERE outcome = 'bounced'),
           count(*) FILTER (WHERE outcome = 'browsed'),
           count(*) FILTER (WHERE outcome = 'cart_abandoned'),
           count(*) FILTER (WHERE outcome = 'checkout_abandoned'),
           count(*) FILTER (WHERE outcome = 'payment_failed'),
           count(*) FILTER (WHERE outcome = 'ordered')
    FROM public.sessions
    WHERE outcome IS NOT NULL
    GROUP BY 1, 2, 3, 4;
    DELETE FROM sim.view_quarters;
    INSERT INTO sim.view_quarters (quarter_at, city_id, product_views, missed_views)
    SELECT date_bin('15 minutes', occurred_at, '2000-01-01 00:00Z'), session_id % 100,
           count(*), count(*) FILTER (WHERE NOT in_stock)
    FROM public.session_events
    WHERE in_stock IS NOT NULL
    GROUP BY 1, 2;
$$;

COMMENT ON FUNCTION sim.refill_quarters() IS
    'Counts all visits and product views anew, for whoever has loaded rows without the triggers.';

-- A period begins within a quarter: of that one, the rows themselves are counted; while history is loaded, of all of
-- them. Functions of a name and not of an instant, so that the planner sees through them.
CREATE OR REPLACE FUNCTION public.visits_in(period text)
RETURNS TABLE (quarter_at timestamptz, city_id smallint, channel text, device text, sessions int, carts int, bounced int,
               browsed int, cart_abandoned int, checkout_abandoned int, payment_failed int, ordered int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100000
AS $$
    SELECT quarter_at, city_id, channel, device,
           bounced + browsed + cart_abandoned + checkout_abandoned + payment_failed + ordered,
           cart_abandoned + checkout_abandoned + payment_failed + ordered,
           bounced, browsed, cart_abandoned, checkout_abandoned, payment_failed, ordered
    FROM sim.session_quarters
    WHERE quarter_at >= (SELECT public.period_start(visits_in.period))
      AND (SELECT to_regclass('sim.unbuilt') IS NULL)
    UNION ALL
    SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00Z'), city_id, channel, device,
           count(*)::int,
           (count(*) FILTER (WHERE outcome NOT IN ('bounced', 'browsed')))::int,
           (count(*) FILTER (WHERE outcome = 'bounced'))::int,
           (count(*) FILTER (WHERE outcome = 'browsed'))::int,
           (count(*) FILTER (WHERE outcome = 'cart_abandoned'))::int,
           (count(*) FILTER (WHERE outcome = 'checkout_abandoned'))::int,
           (count(*) FILTER (WHERE outcome = 'payment_failed'))::int,
           (count(*) FILTER (WHERE outcome = 'ordered'))::int
    FROM public.sessions
    WHERE started_at >= (SELECT public.period_start(visits_in.period))
      AND started_at < (SELECT CASE WHEN to_regclass('sim.unbuilt') IS NOT NULL THEN 'infinity'
                                    ELSE date_bin('15 minutes', since + interval '15 minutes' - interval '1 microsecond',
                                                  '2000-01-01 00:00Z')
                               END
                        FROM public.period_start(visits_in.period) AS since)
      AND outcome IS NOT NULL
    GROUP BY 1, 2, 3, 4
$$;

COMMENT ON FUNCTION public.visits_in(text) IS
    'The visits of a period that have ended, in all, with a cart, and by outcome: a row a quarter of an hour in which they '
    'began, city, channel and device. The same as counting sessions, and fewer rows to read.';

CREATE OR REPLACE FUNCTION public.views_in(period text)
RETURNS TABLE (quarter_at timestamptz, city_id smallint, product_views int, missed_views int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000
AS $$
    SELECT quarter_at, city_id, product_views, missed_views
    FROM sim.view_quarters
    WHERE quarter_at >= (SELECT public.period_start(views_in.period))
      AND (SELECT to_regclass('sim.unbuilt') IS NULL)
    UNION ALL
    SELECT date_bin('15 minutes', occurred_at, '2000-01-01 00:00Z'), (session_id % 100)::smallint,
           count(*)::int, (count(*) FILTER (WHERE NOT in_stock))::int
    FROM public.session_events
    WHERE occurred_at >= (SELECT public.period_start(views_in.period))
      AND occurred_at < (SELECT CASE WHEN to_regclass('sim.unbuilt') IS NOT NULL THEN 'infinity'
                                     ELSE date_bin('15 minutes', since + interval '15 minutes' - interval '1 microsecond',
                                                   '2000-01-01 00:00Z')
                                END
                         FROM public.period_start(views_in.period) AS since)
      AND in_stock IS NOT NULL
    GROUP BY 1, 2
$$;

COMMENT ON FUNCTION public.views_in(text) IS
    'The product views of a period, and those that met an empty shelf: a row a quarter of an hour and city.';
