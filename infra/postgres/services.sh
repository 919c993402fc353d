#!/bin/sh
# Run once by the image of PostgreSQL, on an empty volume: the password of each role is in its service's address of the database.
set -eu
password() { sed -E 's#^[^:]*://[^:]*:([^@]*)@.*#\1#' "/run/secrets/$1-database"; }
psql --username postgres --set ON_ERROR_STOP=1 --set delegations="$(password delegations)" --set drafts="$(password drafts)" \
    --set summaries="$(password summaries)" --set observers="$(password observers)" --file /services.sql
