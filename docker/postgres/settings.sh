# Sourced: the statements that make roles, databases and who may enter which. One statement a line, each of which may
# run again: single-user mode and psql both take them so.
# shellcheck shell=bash

quoted() { printf "'%s'" "${1//\'/\'\'}"; }

# role NAME PASSWORD [SETTING...]: made when it is missing; only its password follows the environment from then on.
role() {
    local name=$1 password=$2 setting settings=; shift 2
    for setting in "$@"; do settings+="ALTER ROLE $name SET $setting; "; done
    printf 'DO $$ BEGIN IF to_regrole(%s) IS NULL THEN CREATE ROLE %s; %sEND IF; END $$;\n' \
        "$(quoted "$name")" "$name" "$settings"
    printf 'ALTER ROLE %s LOGIN PASSWORD %s;\n' "$name" "$(quoted "$password")"
}

# statements [DATABASE...]: everything, with the databases that are missing.
statements() {
    local name
    role postgres "$POSTGRES_PASSWORD"
    role bazaar "$BAZAAR_PASSWORD"
    role redash "$REDASH_DB_PASSWORD"
    role bazaar_reader "$BAZAAR_READER_PASSWORD" "statement_timeout = '30s'" 'default_transaction_read_only = on' \
        "idle_in_transaction_session_timeout = '10min'"
    for name in "$@"; do echo "CREATE DATABASE $name OWNER $name;"; done
    # An owner needs no grant; PUBLIC would let each role into the other's database.
    for name in postgres template1 bazaar redash; do echo "REVOKE ALL ON DATABASE $name FROM PUBLIC;"; done
    echo 'GRANT CONNECT ON DATABASE bazaar TO bazaar_reader;'
}
