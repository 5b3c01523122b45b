#!/usr/bin/env bash
# with-postgres.sh [--durable] COMMAND…: runs the command with a private PostgreSQL, which is gone afterwards.
# The command finds it in CAAS_TEST_POSTGRES_URL. Unless it is to be --durable, no commit waits for the disk.
# What is --durable is measured, so it is reached by its Unix socket, as a server on the same machine is.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
for_the_disk=(-c fsync=off -c full_page_writes=off -c synchronous_commit=off)
durable=
[ "${1-}" != --durable ] || { durable=yes; for_the_disk=(); shift; }
[ $# -gt 0 ] || die "usage: scripts/with-postgres.sh [--durable] COMMAND…"

ensure_postgres
binaries=$(find_postgres)
cluster=$(mktemp -d "${TMPDIR:-/tmp}/caas-postgres.XXXXXX")

# PostgreSQL refuses to run as root.
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
  owner=postgres
  id "$owner" >/dev/null 2>&1 || owner=nobody
  chown "$owner" "$cluster"
  as_owner=(runuser -u "$owner" --)
fi

# From the root folder: the owner may not enter ours.
pg() { (cd / && "${as_owner[@]}" "$@"); }

remove_cluster() {
  pg "$binaries/pg_ctl" -D "$cluster/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$cluster"
}
trap remove_cluster EXIT
trap 'exit 130' INT TERM HUP

pg "$binaries/initdb" -D "$cluster/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$cluster.log" 2>&1 ||
  { cat "$cluster.log" >&2; rm -f "$cluster.log"; die "initdb failed"; }
rm -f "$cluster.log"

for attempt in 1 2 3 4 5; do
  port=$(free_port)
  if pg "$binaries/pg_ctl" -D "$cluster/data" -l "$cluster/data/server.log" -w -t 60 \
    -o "-c listen_addresses=127.0.0.1 -p $port -k $cluster -c max_connections=300 ${for_the_disk[*]}" start >/dev/null 2>&1; then
    break
  fi
  [ "$attempt" -lt 5 ] || { pg tail -n 20 "$cluster/data/server.log" >&2 || true; die "PostgreSQL did not start"; }
done

# Its own programs, for backups.
export PATH=$PATH:$binaries
export CAAS_TEST_POSTGRES_URL=postgres://postgres@127.0.0.1:$port/postgres
[ -z "$durable" ] || CAAS_TEST_POSTGRES_URL="postgres://postgres@localhost:$port/postgres?host=${cluster//\//%2F}"
status=0
"$@" || status=$?
exit "$status"
