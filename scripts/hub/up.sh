# shellcheck shell=bash
# `hub up`: the server with its demo organizer, and the window where there is a display.

hub_up() {
  say "up: builds, starts the server on its own PostgreSQL with a demo organizer; Ctrl-C stops all"
  local with_window="" needs=()
  if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    with_window=yes
    # shellcheck disable=SC2207 # one need a line
    needs=("${WINDOW_NEEDS[@]}" $(node_needs))
  fi
  # shellcheck disable=SC2046 # one need a line
  need_rust "${needs[@]}" $(postgres_needs)
  build_programs debug
  if [ -n "$with_window" ]; then
    need_node
    build_window debug
  fi

  HUB_SERVER="" HUB_WINDOW="" HUB_STOPPING=""
  trap 'HUB_STOPPING=yes; stop_children' INT TERM HUP
  # Whoever tries it out gets the mail that a guest would get, with the tickets in it.
  export MAIL_ENCLOSED=${MAIL_ENCLOSED:-tickets}
  # In a session of its own: Ctrl-C reaches this script alone, which then stops each once.
  setsid "$PROGRAM_DIR/sync-server" serve --demo "$@" &
  HUB_SERVER=$!
  if [ -n "$with_window" ]; then
    setsid "$PROGRAM_DIR/tickethub-window" &
    HUB_WINDOW=$!
  else
    say "no display here: the window stays closed"
  fi
  wait_for_server
}

# A closed window leaves the server running; a server that ended takes the window with it.
wait_for_server() {
  local status=0
  while kill -0 "$HUB_SERVER" 2>/dev/null; do
    status=0
    wait "$HUB_SERVER" || status=$?
  done
  stop_children
  if [ -n "$HUB_STOPPING" ]; then
    say "stopped"
    exit 0
  fi
  exit $status
}

stop_children() {
  local child
  for child in $HUB_WINDOW $HUB_SERVER; do
    kill -TERM "$child" 2>/dev/null || true
  done
  [ -z "$HUB_WINDOW" ] || wait "$HUB_WINDOW" 2>/dev/null || true
}
