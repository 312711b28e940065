#!/usr/bin/env bash
# Before each later start: passwords changed in .env take effect and what an interrupted first start left out is made
# up for, in single-user mode, so before anybody can connect. The first start is the image's own entry point's.
set -euo pipefail
. /bazaar/settings.sh

single_user() { postgres --single "$@"; }

if [ -s "$PGDATA/PG_VERSION" ]; then
    there=$(single_user postgres <<<'SELECT datname FROM pg_database;')
    missing=()
    for name in bazaar redash; do
        [[ $there == *"datname = \"$name\""* ]] || missing+=("$name")
    done
    statements "${missing[@]}" | single_user postgres >/dev/null
    single_user -j bazaar </bazaar/functions.sql >/dev/null  # -j: a statement ends at an empty line
fi
# Work memory is anybody's to set. With this bound a query that takes too much of it fails by itself; without, the kernel
# ends a process of the server, and the whole server with it.
ulimit -v 786432  # KiB for each process, the 256 MB that they share included
exec docker-entrypoint.sh "$@"
