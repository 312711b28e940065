# Sourced: whose the volume is, and how much of a cluster is in it. An end may have been none: the container was killed,
# or the power failed.
# shellcheck shell=bash

finished=$PGDATA/bazaar.complete  # written last, and to the disk

# Ours alone until the last process of this container is gone: they all inherit the lock, and the kernel lets go of it.
# PostgreSQL's own, postmaster.pid, names a process by a number that means another one in every container. So whatever
# it says when we have ours, it speaks of somebody who is dead.
take_volume() {
    exec 9>>/var/lib/postgresql/bazaar.lock
    flock --exclusive --timeout 5 9 || {
        echo 'postgres: another container is using this volume, so this one does not start on it' >&2
        exit 1
    }
    rm -f "$PGDATA/postmaster.pid"
}

# Whether a first start ended before anybody's database or table was begun: what initdb makes has numbers below 16384.
nothing_is_in_it() {
    local path number
    [ ! -e "$finished" ] || return 1
    for path in "$PGDATA"/base/* "$PGDATA"/base/*/* "$PGDATA"/pg_tblspc/*; do
        number=${path##*/}
        number=${number%%[._]*}
        if [[ $number =~ ^[0-9]+$ ]] && ((number >= 16384)); then return 1; fi
    done
}

# initdb lets in who is in the container; the image adds everybody else to its file, and nothing waits for the disk.
let_in_the_others() {
    local known='^[[:space:]]*(#|$|local[[:space:]]|host[a-z]*[[:space:]]+[^[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+(127\.|::1))'
    grep --extended-regexp --invert-match --quiet "$known" "$PGDATA/pg_hba.conf" ||
        printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
}

finish() {
    [ -e "$finished" ] || { sync --file-system "$PGDATA" && : >"$finished"; }
}
