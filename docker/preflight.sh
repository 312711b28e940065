#!/usr/bin/env bash
# Ends with 1, and with it the whole start, while a secret is still its development default and a port would be
# published beyond this machine, or when a password cannot stand in a database's URL.
set -euo pipefail

secrets=(POSTGRES_PASSWORD BAZAAR_PASSWORD BAZAAR_READER_PASSWORD PIPELINE_PASSWORD REPLICATION_PASSWORD REDASH_DB_PASSWORD
    MYSQL_ROOT_PASSWORD MYSQL_PASSWORD MYSQL_SINK_PASSWORD MARTS_PASSWORD SPARK_AUTH_SECRET
    AIRFLOW_DB_PASSWORD AIRFLOW_ADMIN_PASSWORD AIRFLOW_FERNET_KEY AIRFLOW_JWT_SECRET AIRFLOW_API_SECRET_KEY
    REDASH_COOKIE_SECRET REDASH_SECRET_KEY REDASH_ADMIN_PASSWORD REDASH_ADMIN_API_KEY JUPYTER_TOKEN)
fernet='^[A-Za-z0-9_-]{43}=$'
say() { printf 'preflight: %s\n' "$*" >&2; }

is_default() { [[ ${!1} == dev-* ]]; }
is_loopback() { [[ $1 =~ ^(127\.[0-9]+\.[0-9]+\.[0-9]+|\[?::1\]?)$ ]]; }

defaults=() unfit=()
for name in "${secrets[@]}"; do
    if is_default "$name"; then defaults+=("$name"); fi
    if [[ $name != *FERNET* && ! ${!name} =~ ^[A-Za-z0-9._~-]+$ ]]; then unfit+=("$name"); fi
done

if ((${#unfit[@]})); then
    say "only letters, digits and . _ ~ - may be in: ${unfit[*]}"
    exit 1
fi
if [[ ! $AIRFLOW_FERNET_KEY =~ $fernet ]]; then
    say 'AIRFLOW_FERNET_KEY is not the 32 bytes in base64, for URLs, that Fernet wants: 43 letters, digits, _ or -, and ='
    exit 1
fi
if ((${#REDASH_ADMIN_API_KEY} > 40)); then
    say 'REDASH_ADMIN_API_KEY is longer than the 40 characters that Redash keeps'
    exit 1
fi
if ((${#defaults[@]})) && ! is_loopback "$BIND_ADDRESS"; then
    say "BIND_ADDRESS=$BIND_ADDRESS would open this system to a network with secrets that everybody knows."
    say "Still their development defaults: ${defaults[*]}"
    say 'Write random ones into .env, then start again:    make env'
    exit 1
fi
if ((${#defaults[@]})); then
    say "ports are published on $BIND_ADDRESS only; development defaults are in use (\`make env\` writes random ones)"
else
    say "ports are published on $BIND_ADDRESS; no development default is in use"
fi
