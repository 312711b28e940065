#!/bin/sh
# backup.sh FILE COMPOSE... -- [OPTIONS of pg_dump]: the shop in the container postgres as one file, whole or not at all.
set -eu
file=$1; shift
compose=
while [ "$1" != -- ]; do compose="$compose $1"; shift; done
shift
echo "backup: of the shop in the container postgres" >&2
if [ -e "$file" ]; then
    echo "backup: $file is there already, and stays as it is" >&2
    exit 2
fi
mkdir -p "$(dirname "$file")"
trap 'rm -f "$file.part"' EXIT
$compose exec -T postgres pg_dump --username=bazaar --format=custom "$@" bazaar >"$file.part"
mv "$file.part" "$file"
ls -lh "$file"
