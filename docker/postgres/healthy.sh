#!/usr/bin/env bash
# Health check, over TCP: the server that only the first start's scripts reach is not there yet for anybody else.
# And a watch: PostgreSQL lets every role lift its own time-outs, which makes defaults of them, and not bounds. Here are
# the bounds: every few seconds what the reader holds too long is ended, and what it has made of itself is put right.
# Its own patience ends before Docker's, 2 + 4 + 3 + 3 seconds at most: what Docker ends leaves its clients behind.
set -euo pipefail
umask 077
export PGCONNECT_TIMEOUT=2 PGOPTIONS='-c statement_timeout=1s -c transaction_timeout=1s'
pg_isready --quiet --timeout=2 --host=127.0.0.1 --username=bazaar --dbname=bazaar

known=/tmp/reader  # how the role was left; gone with the container, so put right at each start
reader_now="SELECT rolpassword, ARRAY(SELECT row(setdatabase, setconfig)::text FROM pg_db_role_setting
    WHERE setrole = a.oid ORDER BY 1) FROM pg_authid a WHERE rolname = 'bazaar_reader'"
ask() { psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc --tuples-only --no-align --username=postgres --dbname=postgres "$@"; }

# A cancelled statement may go on (PL/pgSQL can catch that), an ended session cannot. A transaction holds locks, and rows
# that cannot be vacuumed, between its statements too.
end_what_is_held() {
    ask -v transaction="${TRANSACTION_PATIENCE:-15 min}" <<'SQL'
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE usename = 'bazaar_reader' AND state IN ('active', 'fastpath function call')
  AND query_start < clock_timestamp() - interval '35 s';
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = 'bazaar_reader'
  AND (state IN ('active', 'fastpath function call') AND query_start < clock_timestamp() - interval '45 s'
       OR xact_start < clock_timestamp() - :'transaction'::interval);
SQL
}

put_right() {
    . /bazaar/settings.sh
    { reader; echo "$reader_now;"; } | ask --single-transaction --file=- >"$known"
}

end_what_is_held >/dev/null || true
[ "$(ask --command="$reader_now")" = "$(cat "$known")" ] || put_right || true
