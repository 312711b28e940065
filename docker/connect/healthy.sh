#!/usr/bin/env bash
# Health check by REST, without a JVM: whether the worker answers and has read its topics. A connector's health is not meant:
# that is the business of whoever looks after the replica.
# And a watch: a worker whose topics are gone, with Kafka's volume say, asks for them for ever and answers nobody. When it has
# been well and is not for two minutes it is ended: Docker starts it again, and at its start it makes what is missing.
set -uo pipefail
seen=/tmp/healthy  # when last; gone with the container's end

answers() {
    exec 3<>/dev/tcp/127.0.0.1/8083 && printf 'GET /health HTTP/1.0\r\n\r\n' >&3 && read -r -t 3 _ code _ <&3 &&
        [ "$code" = 200 ]
}

if answers 2>/dev/null; then
    echo "$EPOCHSECONDS" >$seen
    exit 0
fi
if [ -e $seen ] && ((EPOCHSECONDS - $(<$seen) > 120)); then kill -KILL -1; fi
exit 1
