#!/usr/bin/env bash
# Run by the image's entry point once, when the cluster has just been made and nobody can connect yet.
set -euo pipefail
. /bazaar/settings.sh
statements bazaar redash | psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc --username postgres --dbname postgres
