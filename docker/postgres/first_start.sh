#!/usr/bin/env bash
# Run by the image's entry point once, when the cluster has just been made and nobody can connect yet.
set -euo pipefail
. /bazaar/settings.sh
. /bazaar/volume.sh
ask() { psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc --username postgres --dbname "$1"; }
statements bazaar redash pipeline airflow | ask postgres
ask bazaar </bazaar/functions.sql
ask bazaar </bazaar/replication.sql
ask pipeline </bazaar/functions.sql
finish
