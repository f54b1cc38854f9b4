# shellcheck shell=bash
# The stored queries (.sqlx) against a real PostgreSQL with the migrations of this tree.
# The macros themselves write what they asked when they are compiled with a database, so the
# lints' pass doubles as that compilation and no further tool is needed.

# A value that changes whenever a query, the schema or the stored answers may have changed.
queries_state() {
  # A tree without any query has no .sqlx.
  { find migrations sync-server proof .sqlx -type f \
    \( -name '*.rs' -o -name '*.sql' -o -name 'query-*.json' \) -print0 2>/dev/null || true; } |
    sort -z | xargs -0 -r sha256sum | sha256sum | cut -c1-16
}

# lint_with_queries: the workspace's lints; when something changed since the last good pass, also
# with a throw-away database, and .sqlx must then hold exactly what the macros asked.
lint_with_queries() {
  local state good=$HUB_NOTES/queries-good
  state=$(queries_state)
  if [ "$(cut -d' ' -f1 "$good" 2>/dev/null)" = "$state" ]; then
    lint "$(cut -d' ' -f2 "$good")"
    return
  fi
  local mark fresh=$HUB_NOTES/queries-fresh
  mark=$state-$(date +%s)
  ask_queries "$mark" "$fresh"
  compare_queries "$fresh"
  printf '%s %s\n' "$state" "$mark" >"$good"
}

# ask_queries MARK FOLDER: compiles all that has queries against a fresh database; FOLDER then
# holds a file for each query.
ask_queries() {
  local mark=$1 fresh=$2
  rm -rf "$fresh" && mkdir -p "$fresh"
  trap stop_throwaway_postgres EXIT
  start_throwaway_postgres
  DATABASE_URL=$THROWAWAY_URL SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$fresh lint "$mark"
  stop_throwaway_postgres
  trap - EXIT
}

# The mark reaches the compiler as a cfg: cargo then compiles our crates anew, so the macros run.
lint() {
  cargo clippy -q "${WORKSPACE[@]}" --all-targets -- -D warnings --cfg "hub_queries=\"$1\"" >&2
}

compare_queries() {
  local fresh=$1
  mkdir -p "$HUB_NOTES/none"
  local stored=.sqlx
  [ -d .sqlx ] || stored=$HUB_NOTES/none
  if ! diff -rq "$stored" "$fresh" >&2; then
    warn ".sqlx does not hold the queries of this tree: run ./hub sqlx and commit .sqlx"
    return 1
  fi
}

hub_sqlx() {
  say "writing .sqlx anew from a throw-away PostgreSQL with this tree's migrations"
  prepare_check
  build_ui
  local fresh=$HUB_NOTES/queries-fresh
  ask_queries "sqlx-$(date +%s)" "$fresh"
  rm -rf .sqlx && mkdir -p .sqlx
  find "$fresh" -name 'query-*.json' -exec cp -t .sqlx {} +
  say "$(find .sqlx -name 'query-*.json' | wc -l) queries in .sqlx"
}
