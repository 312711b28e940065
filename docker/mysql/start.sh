#!/usr/bin/env bash
# Before each start: what a first one did not finish is begun anew, and passwords changed in .env take effect, before anybody
# can connect. The image's own entry point makes users at the first start only, and takes one that was killed for done.
set -euo pipefail
trap 'exit 130' INT TERM  # told to stop meanwhile
. /bazaar/users.sh

volume=/var/lib/mysql
server=(mysqld --defaults-extra-file=/bazaar/bazaar.cnf)

rm -rf $volume/tmp $volume/new
mkdir $volume/tmp
if [ ! -e $volume/data ]; then
    "${server[@]}" --initialize-insecure --datadir=$volume/new
    sync
    mv $volume/new $volume/data  # at once or not at all
fi
umask 077
statements >/tmp/users.sql
exec "${server[@]}" --datadir=$volume/data --init-file=/tmp/users.sql "$@"
