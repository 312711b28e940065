GRANT EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text, boolean) TO bazaar_replication;
