#!/usr/bin/env bash
# Health check by REST, without a JVM: whether the worker answers and has read its topics. A connector's health is not meant:
# that is the business of whoever looks after the replica.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/8083
printf 'GET /health HTTP/1.0\r\n\r\n' >&3
read -r -t 4 _ code _ <&3
[ "$code" = 200 ]
