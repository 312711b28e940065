#!/usr/bin/env bash
# Health check by REST, without a JVM: whether the worker answers and has read its topics. A connector's health is not meant.
# And two watches, for nobody else looks every few seconds:
# A worker whose topics are gone, with Kafka's volume say, asks for them for ever and answers nobody. When it has been well and
# is not for two minutes it is ended: Docker starts it again, and at its start it makes what is missing.
# A sink that has failed, because MySQL was away say, stays so: it is started again, every half a minute at most. The source is
# not: it tries again by itself, and fails where only a rebuild helps.
set -uo pipefail
seen=/tmp/healthy tried=/tmp/tried  # when last; gone with the container's end
sink=/connectors/shop-sink

# asked SECONDS METHOD PATH: whether the answer is a yes, and comes in time; all of it is in $answer.
asked() {
    answer=
    exec 3<>/dev/tcp/127.0.0.1/8083 && printf '%s %s HTTP/1.0\r\nContent-Length: 0\r\n\r\n' "$2" "$3" >&3 || return
    IFS= read -r -t "$1" -d '' answer <&3
    [[ $answer == HTTP/1.?' 2'* ]]
}

if ! asked 3 GET /health 2>/dev/null; then
    if [ -e $seen ] && ((EPOCHSECONDS - $(<$seen) > 120)); then kill -KILL -1; fi
    exit 1
fi
echo "$EPOCHSECONDS" >$seen
# What follows has a second each, so that a busy worker is not taken for a dead one.
if [ -e $tried ] && ((EPOCHSECONDS - $(<$tried) < 30)); then exit 0; fi
if asked 1 GET $sink/status 2>/dev/null && [[ $answer == *'"state":"FAILED"'* ]]; then
    echo "$EPOCHSECONDS" >$tried
    asked 1 POST "$sink/restart?includeTasks=true&onlyFailed=true" 2>/dev/null
    echo 'the sink had failed: started again'  # `docker inspect` shows what a health check says
fi
exit 0
