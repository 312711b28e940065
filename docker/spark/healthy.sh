#!/usr/bin/env bash
# Health check by what the master's page says, without a JVM. `healthy.sh master`: it answers. `worker`: it knows this one, alive.
# `connect`: it knows what is computed here, and Connect listens.
# And a watch: a master that was started again has forgotten what was computed, and Connect would wait for its workers for ever.
# When Connect has been well and is not for half a minute it is ended: Docker starts it again.
set -uo pipefail
seen=/tmp/healthy  # when last; gone with the container's end

page() {  # HOST
    exec 3<>"/dev/tcp/$1/8080" && printf 'GET /json/ HTTP/1.0\r\n\r\n' >&3 && cat <&3
}

known() {  # WHAT STATE: whether the master has an entry with that in that state
    page spark-master | tr -d '\n' | sed 's/"id" :/\n/g' | grep -q "$1.*\"state\" : \"$2\""
}

well() {
    case $1 in
    master) [[ $(page 127.0.0.1) == HTTP/1.?' 200 '* ]] ;;
    worker) touch "/work/$HOSTNAME" && known "\"host\" : \"$(hostname -i)\"" ALIVE ;;
    connect) : <>/dev/tcp/127.0.0.1/15002 && known '"name" : "connect"' '\(RUNNING\|WAITING\)' ;;
    esac
}

if well "$1" 2>/dev/null; then
    echo "$EPOCHSECONDS" >$seen
    exit 0
fi
if [ "$1" = connect ] && [ -e $seen ] && ((EPOCHSECONDS - $(<$seen) > 30)); then kill -KILL -1; fi
exit 1
