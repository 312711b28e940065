-- PostgreSQL lets everybody call functions that leave something behind or hold something up, in whatever database a role
-- may enter: large objects fill the disk and keep the owner from a dump, messages fill the write-ahead log, and an
-- advisory lock keeps the simulator out. From now on only the database's owner may. Needs a superuser; may run again.
DO $$
DECLARE
    owner regrole := (SELECT datdba FROM pg_database WHERE datname = current_database());
    found regprocedure;
BEGIN
    FOR found IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
          AND (proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message')
               OR proname ~ '^pg_(try_)?advisory_(xact_)?lock')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', found);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', found, owner);
    END LOOP;
END
$$;

