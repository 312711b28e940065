# Sourced: the statements that make roles, databases and who may enter which. One statement a line, each of which may
# run again: single-user mode and psql both take them so.
# shellcheck shell=bash

quoted() { printf "'%s'" "${1//\'/\'\'}"; }

# role NAME PASSWORD: made when it is missing; its password follows the environment.
role() {
    printf 'DO $$ BEGIN IF to_regrole(%s) IS NULL THEN CREATE ROLE %s; END IF; END $$;\n' "$(quoted "$1")" "$1"
    printf 'ALTER ROLE %s LOGIN PASSWORD %s;\n' "$1" "$(quoted "$2")"
}

# The role that only reads, as it shall be whatever it has made of itself: PostgreSQL lets every role change its own
# password and defaults.
reader() {
    local setting
    role bazaar_reader "$BAZAAR_READER_PASSWORD"
    echo 'ALTER ROLE bazaar_reader CONNECTION LIMIT 30;'  # of the server's 100: the simulator always finds one
    echo 'ALTER ROLE bazaar_reader RESET ALL;'
    echo 'ALTER ROLE bazaar_reader IN DATABASE bazaar RESET ALL;'
    echo 'ALTER ROLE bazaar_reader IN DATABASE pipeline RESET ALL;'
    for setting in "statement_timeout = '30s'" 'default_transaction_read_only = on' \
        "idle_in_transaction_session_timeout = '10min'" "temp_file_limit = '1GB'"; do
        echo "ALTER ROLE bazaar_reader SET $setting;"
    done
}

# Who builds on the shop, in schemas of its own: without login until somebody gives it a password.
analyst() {
    echo "DO \$\$ BEGIN IF to_regrole('bazaar_analyst') IS NULL THEN CREATE ROLE bazaar_analyst; END IF; END \$\$;"
    echo 'GRANT bazaar_reader TO bazaar_analyst;'
}

# Who reads what no real shop can see as well: without login until somebody gives it a password.
teacher() {
    local setting
    echo "DO \$\$ BEGIN IF to_regrole('bazaar_teacher') IS NULL THEN CREATE ROLE bazaar_teacher; END IF; END \$\$;"
    echo 'GRANT bazaar_reader TO bazaar_teacher;'
    for setting in "statement_timeout = '30s'" 'default_transaction_read_only = on'; do
        echo "ALTER ROLE bazaar_teacher SET $setting;"
    done
}

# Who reads the log for the replica: everything that is in a publication. The shop's owner may act for it, to drop a slot that
# nobody reads any more: that is a right of who may replicate, and is not handed down.
replication() {
    role bazaar_replication "$REPLICATION_PASSWORD"
    echo 'ALTER ROLE bazaar_replication REPLICATION;'
    echo 'GRANT pg_read_all_data TO bazaar_replication;'
    echo 'GRANT bazaar_replication TO bazaar WITH INHERIT FALSE;'
}

# statements [DATABASE...]: everything, with the databases that are missing.
statements() {
    local name
    role postgres "$POSTGRES_PASSWORD"
    role bazaar "$BAZAAR_PASSWORD"
    role redash "$REDASH_DB_PASSWORD"
    role pipeline "$PIPELINE_PASSWORD"
    role airflow "$AIRFLOW_DB_PASSWORD"
    for name in "$@"; do echo "CREATE DATABASE $name OWNER $name;"; done
    reader
    analyst
    teacher
    replication
    # An owner needs no grant; PUBLIC would let each role into the other's database.
    for name in postgres template1 bazaar redash pipeline airflow; do echo "REVOKE ALL ON DATABASE $name FROM PUBLIC;"; done
    echo 'GRANT CONNECT ON DATABASE bazaar TO bazaar_reader, bazaar_analyst, bazaar_teacher, bazaar_replication;'
    echo 'GRANT CONNECT ON DATABASE pipeline TO bazaar_reader;'
}
