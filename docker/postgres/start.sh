#!/usr/bin/env bash
# Before each start: what an interrupted first one left is finished, or begun anew where there is nothing in it yet; on a
# later one passwords changed in .env take effect, in single-user mode, so before anybody can connect. The first start
# itself is the image's own entry point's.
set -euo pipefail
trap 'exit 130' INT TERM  # told to stop meanwhile
. /bazaar/settings.sh
. /bazaar/volume.sh

# With less written to the log than a slot needs, no server starts that has one.
single_user() { postgres --single -c wal_level=logical "$@"; }

take_volume
if nothing_is_in_it; then
    mkdir -p "$PGDATA"
    find "$PGDATA" -mindepth 1 -delete
else
    [ -e "$finished" ] || let_in_the_others
    there=$(single_user postgres <<<'SELECT datname FROM pg_database;')
    missing=()
    for name in bazaar redash pipeline airflow; do
        [[ $there == *"datname = \"$name\""* ]] || missing+=("$name")
    done
    statements "${missing[@]}" | single_user postgres >/dev/null
    single_user -j pipeline </bazaar/functions.sql >/dev/null
    single_user -j bazaar </bazaar/functions.sql >/dev/null  # -j: a statement ends at an empty line
    single_user bazaar </bazaar/replication.sql >/dev/null
    finish
fi
# Work memory is anybody's to set. With this bound a query that takes too much of it fails by itself; without, the kernel
# ends a process of the server, and the whole server with it.
ulimit -v 786432  # KiB for each process, the 256 MB that they share included
exec docker-entrypoint.sh "$@"
