-- Roles belong to the whole cluster: making them is idempotent, and where the rights to do so are missing a warning says
-- so and the shop works without them. Whoever runs this owns the tables and writes them.
--
-- bazaar_reader only reads. bazaar_analyst reads the same and makes schemas of its own in this database, so that nobody who
-- builds on the shop has to work as its owner. bazaar_teacher reads the same, and schema truth: what no real shop can see.
--
-- PostgreSQL does not hand a role's settings down to its members: a login role that is merely a member of
-- bazaar_reader may read, but needs the two settings of its own.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bazaar_reader') THEN
        CREATE ROLE bazaar_reader NOLOGIN;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE WARNING 'role bazaar_reader is not there and may not be made: %', SQLERRM;
    WHEN duplicate_object OR unique_violation THEN
        NULL;  -- another database of this cluster has just made it
END
$$;

DO $$
DECLARE
    setting text[];
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bazaar_reader') THEN
        RETURN;
    END IF;
    FOREACH setting SLICE 1 IN ARRAY ARRAY[['statement_timeout', '30s'], ['default_transaction_read_only', 'on']] LOOP
        IF NOT EXISTS (
            SELECT FROM pg_db_role_setting
            WHERE setdatabase = 0 AND setrole = 'bazaar_reader'::regrole
              AND setconfig @> ARRAY[setting[1] || '=' || setting[2]]
        ) THEN
            EXECUTE format('ALTER ROLE bazaar_reader SET %I = %L', setting[1], setting[2]);
        END IF;
    END LOOP;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE WARNING 'role bazaar_reader keeps its settings: %', SQLERRM;
    WHEN internal_error THEN
        NULL;  -- "tuple concurrently updated": another database of this cluster is setting the same
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bazaar_reader') THEN
        RETURN;
    END IF;
    -- By their names: whatever else is in schema public belongs to others.
    GRANT SELECT ON
        public.categories, public.cities, public.customers, public.products, public.warehouses, public.addresses,
        public.couriers, public.customer_devices, public.inventory, public.product_prices, public.sessions,
        public.carts, public.courier_shifts, public.replenishments, public.session_events, public.cart_items,
        public.orders, public.trips, public.deliveries, public.loyalty_transactions, public.order_items,
        public.order_status_changes, public.payments, public.stock_movements, public.survey_answers,
        public.delivery_attempts, public.returns, public.reviews, public.order_lines, public.funnel_daily,
        public.cart_abandonment, public.order_cycle, public.promises_due, public.delivery_times,
        public.courier_utilisation, public.stockouts, public.customer_cohorts, public.incidents
        TO bazaar_reader;
    IF NOT has_schema_privilege('bazaar_reader', 'public', 'USAGE') THEN
        GRANT USAGE ON SCHEMA public TO bazaar_reader;
    END IF;
    GRANT USAGE ON SCHEMA sim TO bazaar_reader;
    GRANT SELECT ON sim.runs, sim.current_run, sim.controls, sim.incidents, sim.retention, sim.carried_customers,
        sim.carried_stock, sim.carried_ids, sim.session_quarters, sim.view_quarters TO bazaar_reader;
    GRANT EXECUTE ON FUNCTION public.sim_now(), public.kept_since(), public.cities_named(text), public.period_start(text),
        public.period_step(text), public.period_steps(text), public.visits_in(text), public.views_in(text), public.currency(),
        public.incidents_during(text, timestamptz, timestamptz), sim.rules_since(int) TO bazaar_reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO bazaar_reader;
END
$$;

DO $$
DECLARE
    setting text[];
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bazaar_reader') THEN
        RETURN;  -- what readers read teachers read too
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bazaar_teacher') THEN
        CREATE ROLE bazaar_teacher NOLOGIN;
    END IF;
    IF NOT pg_has_role('bazaar_teacher', 'bazaar_reader', 'USAGE') THEN
        GRANT bazaar_reader TO bazaar_teacher;
    END IF;
    FOREACH setting SLICE 1 IN ARRAY ARRAY[['statement_timeout', '30s'], ['default_transaction_read_only', 'on']] LOOP
        IF NOT EXISTS (
            SELECT FROM pg_db_role_setting
            WHERE setdatabase = 0 AND setrole = 'bazaar_teacher'::regrole
              AND setconfig @> ARRAY[setting[1] || '=' || setting[2]]
        ) THEN
            EXECUTE format('ALTER ROLE bazaar_teacher SET %I = %L', setting[1], setting[2]);
        END IF;
    END LOOP;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE WARNING 'role bazaar_teacher is not there, or lacks something, and that may not be changed: %', SQLERRM;
    WHEN duplicate_object OR unique_violation OR internal_error THEN
        NULL;  -- another database of this cluster is making it, or has just made it
END
$$;

DO $$
BEGIN
    IF (SELECT count(*) FROM pg_roles WHERE rolname IN ('bazaar_reader', 'bazaar_teacher')) < 2 THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA truth TO bazaar_teacher;
    GRANT SELECT ON
        truth.carried_satisfaction, truth.customer_traits, truth.product_traits, truth.courier_traits,
        truth.exit_reasons, truth.satisfaction_changes
        TO bazaar_teacher;
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bazaar_reader') THEN
        RETURN;  -- what readers read is what analysts read
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bazaar_analyst') THEN
        CREATE ROLE bazaar_analyst NOLOGIN;
    END IF;
    IF NOT pg_has_role('bazaar_analyst', 'bazaar_reader', 'USAGE') THEN
        GRANT bazaar_reader TO bazaar_analyst;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE WARNING 'role bazaar_analyst is not there, or reads nothing, and that may not be changed: %', SQLERRM;
    WHEN duplicate_object OR unique_violation OR internal_error THEN
        NULL;  -- another database of this cluster is making it, or has just made it
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bazaar_analyst') THEN
        RETURN;
    END IF;
    IF has_database_privilege('bazaar_analyst', current_database(), 'CREATE') THEN
        RETURN;
    END IF;
    IF has_database_privilege(current_database(), 'CREATE WITH GRANT OPTION') THEN
        EXECUTE format('GRANT CREATE ON DATABASE %I TO bazaar_analyst', current_database());
    ELSE
        RAISE WARNING 'role bazaar_analyst may make no schemas: that is for the owner of database % to grant',
            current_database();
    END IF;
END
$$;
