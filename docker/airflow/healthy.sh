#!/usr/bin/env bash
# Health check of Airflow's containers, without starting a Python: `healthy.sh` asks what tasks ask, whose first answer takes
# seconds; `healthy.sh scheduler` (or dag_processor) asks whether that one has given a sign of life lately, as the page knows.
set -euo pipefail
host=127.0.0.1 path=/execution/health
if (($#)); then host=airflow-api path=/api/v2/monitor/health; fi
exec 3<>"/dev/tcp/$host/8080"
printf 'GET %s HTTP/1.0\r\nHost: airflow-api\r\n\r\n' "$path" >&3
answer=$(cat <&3)
[[ $answer == HTTP/1.?' 200 '* ]]
[[ $# = 0 || $answer == *"\"$1\":{\"status\":\"healthy\""* ]]
