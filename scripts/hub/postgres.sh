# shellcheck shell=bash
# PostgreSQL's programs for the server, which manages its own database, and a throw-away cluster
# for the check of the stored queries.

# What the server and the check want from the system: nothing where binaries are there.
postgres_needs() {
  [ -z "$(postgres_bin)" ] || return 0
  [ "$(debian_version)" = 12 ] && printf 'postgresql-15\n' || printf 'postgresql\n'
}

# The folder with initdb, or nothing.
postgres_bin() {
  local found
  found=${TICKETHUB_PG_BIN:-}
  [ -n "$found" ] || found=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -n | tail -n 1)
  [ -x "$found/initdb" ] || found=$(dirname "$(command -v initdb || true)")
  [ -x "$found/initdb" ] && printf '%s' "$found" || true
}

# PostgreSQL refuses to run as root; Debian's package made a user for it.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

# start_throwaway_postgres: a fresh cluster with all migrations applied, on a private socket.
# Sets THROWAWAY (its folder) and THROWAWAY_URL.
start_throwaway_postgres() {
  local bin
  bin=$(postgres_bin)
  THROWAWAY=$(mktemp -d /tmp/hub-pg.XXXXXX)
  [ "$(id -u)" -ne 0 ] || chown postgres "$THROWAWAY"
  as_postgres "$bin/initdb" -D "$THROWAWAY/data" -U hub --auth=trust -E UTF8 --locale=C.UTF-8 \
    --no-sync >"$HUB_NOTES/initdb.log" 2>&1 || { cat "$HUB_NOTES/initdb.log" >&2; return 1; }
  as_postgres "$bin/pg_ctl" -D "$THROWAWAY/data" -w -l "$THROWAWAY/log" \
    -o "-F -k $THROWAWAY -c listen_addresses=''" start >/dev/null ||
    { cat "$THROWAWAY/log" >&2; return 1; }
  # shellcheck disable=SC2034 # for the compilation with a database
  THROWAWAY_URL="postgres://hub@localhost/postgres?host=$THROWAWAY"
  local migration
  for migration in migrations/*.sql; do
    [ -e "$migration" ] || continue
    "$bin/psql" -qX -v ON_ERROR_STOP=1 -h "$THROWAWAY" -U hub -d postgres -1 -f "$migration" >/dev/null ||
      { warn "migration $migration does not apply to an empty database"; return 1; }
  done
}

stop_throwaway_postgres() {
  [ -n "${THROWAWAY:-}" ] || return 0
  as_postgres "$(postgres_bin)/pg_ctl" -D "$THROWAWAY/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$THROWAWAY"
  THROWAWAY=""
}
