#!/bin/sh
# Before each start: what a power cut left at the end of the queue's file is cut off, or Redis would refuse all of it for
# ever. Where that does not help the queue begins anew: whoever waits asks again.
folder=/data/appendonlydir
manifest=$folder/appendonly.aof.manifest
if [ -e "$folder" ] && command -v redis-check-aof >/dev/null && ! yes y | redis-check-aof --fix "$manifest" >/dev/null 2>&1; then
    echo 'redis: the queue cannot be read and begins anew' >&2
    rm -r "$folder"
fi
exec docker-entrypoint.sh redis-server --save '' --appendonly yes
