#!/usr/bin/env bash
# Before each later start: passwords changed in .env take effect and what an interrupted first start left out is made
# up for, in single-user mode, so before anybody can connect. The first start is the image's own entry point's.
set -euo pipefail
. /bazaar/settings.sh

single_user() { postgres --single -D "$PGDATA" postgres; }

if [ -s "$PGDATA/PG_VERSION" ]; then
    there=$(single_user <<<'SELECT datname FROM pg_database;')
    missing=()
    for name in bazaar redash; do
        [[ $there == *"datname = \"$name\""* ]] || missing+=("$name")
    done
    statements "${missing[@]}" | single_user >/dev/null
fi
exec docker-entrypoint.sh "$@"
