#!/bin/sh
# Makes what only this installation may know: the words that services share, and the addresses of the database with their passwords. Never twice.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
word() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
for name in services observers postgres; do
    [ -e "secrets/$name" ] || word > "secrets/$name"
done
for name in delegations drafts summaries observers; do
    [ -e "secrets/$name-database" ] || printf 'postgresql+psycopg://%s:%s@postgres:5432/postgres' "$name" "$(word)" > "secrets/$name-database"
done
[ -e secrets/signing-keys ] || printf '{"keys": [{"seed": "%s"}]}' "$(word)" > secrets/signing-keys
# Inside a container the services run as a user of their own, who has to be able to read what is mounted.
chmod 0444 secrets/*
echo "The secrets are in $(pwd)/secrets; keep them out of backups that others read."
