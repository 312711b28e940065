#!/usr/bin/env bash
# Health check, over TCP: the server that only the first start's scripts reach is not there yet for anybody else.
# And a watch: PostgreSQL lets a role lift its own statement_timeout, so a query held too long is ended from here.
set -euo pipefail
pg_isready --quiet --host=127.0.0.1 --username=bazaar --dbname=bazaar

psql --quiet --no-psqlrc --tuples-only --username=postgres --dbname=postgres >/dev/null <<'SQL' || true
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE usename = 'bazaar_reader' AND state = 'active' AND query_start < clock_timestamp() - interval '35 s'
SQL
