# shellcheck shell=bash
# Commands that build and then hand over to one of our programs.

hub_demo() {
  case " $* " in
    *" --list-steps "*) ;;
    *) say "demo: sells tickets, one in a browser, scans them with the server stopped, syncs and counts; unattended" ;;
  esac
  # shellcheck disable=SC2046 # one need a line
  need_rust "${PROOF_NEEDS[@]}" "${BROWSER_NEEDS[@]}" $(node_needs) $(postgres_needs)
  need_node
  build_programs debug
  exec "$PROGRAM_DIR/proof" demo "$@"
}

# The long proofs run on a release build; --short ones on the build that the tests use.
hub_prove() {
  local name
  name=$(name_among "$@")
  if [ "$name" = bare ]; then
    shift
    hub_prove_bare "$@"
    return
  fi
  if [ "$name" = package ]; then
    shift
    hub_prove_package "$@"
    return
  fi
  say "prove: restore, bad networks, kill rounds and soak against the real programs; a thousand scans and a clerk's day at the real window"
  case "$name $* " in
    "scans "* | "till-window "*)
      build_measured_window
      measure_window "$name" "$@"
      return
      ;;
    *" --short "*)
      # shellcheck disable=SC2046 # one need a line
      need_rust "${PROOF_NEEDS[@]}" $(postgres_needs)
      build_programs debug
      ;;
    " "*)
      build_measured_window
      soak_simulation
      "$PROGRAM_DIR/proof" prove "$@"
      measure_window scans "$@"
      measure_window till-window "$@"
      return
      ;;
    *)
      # shellcheck disable=SC2046 # one need a line
      need_rust "${PROOF_NEEDS[@]}" $(postgres_needs)
      build_programs release
      [ "$name" != soak ] || soak_simulation
      ;;
  esac
  exec "$PROGRAM_DIR/proof" prove "$@"
}

hub_bench() {
  say "bench: measures the release build on this machine; other load spoils the figures"
  local name
  name=$(name_among "$@")
  case $name in
    glass | start)
      build_measured_window
      measure_window "$name" "$@"
      ;;
    lighthouse)
      # shellcheck disable=SC2046 # one need a line
      need_rust "${BROWSER_NEEDS[@]}" $(node_needs) $(postgres_needs)
      build_programs release
      measure_store "$@"
      ;;
    "")
      build_measured_window "${BROWSER_NEEDS[@]}"
      "$PROGRAM_DIR/proof" bench "$@"
      measure_window glass "$@"
      measure_window start "$@"
      measure_store "$@"
      ;;
    *)
      # shellcheck disable=SC2046 # one need a line
      need_rust "${PROOF_NEEDS[@]}" $(postgres_needs)
      build_programs release
      exec "$PROGRAM_DIR/proof" bench "$@"
      ;;
  esac
}

# The first argument that is neither an option nor an option's value.
name_among() {
  while [ $# -gt 0 ]; do
    case $1 in
      --photos | --seed | --rounds | --only | --minutes) shift ;;
      -*) ;;
      *)
        printf '%s' "$1"
        return
        ;;
    esac
    [ $# -eq 0 ] || shift
  done
}

# build_measured_window NEED...: with what else the measure wants.
build_measured_window() {
  # shellcheck disable=SC2046 # one need a line
  need_rust Xvfb@xvfb WebKitWebDriver@webkit2gtk-driver \
    "$@" "${PROOF_NEEDS[@]}" "${WINDOW_NEEDS[@]}" $(node_needs) $(postgres_needs)
  need_node
  build_programs release
  build_window release
}

# measure_window MEASURE ARGUMENTS...: at the built window, on a screen of its own, with a webcam that is a folder.
measure_window() {
  local measure=door/measure/$1 form=()
  [ "$1" != till-window ] || measure=till/day
  shift
  case " $* " in *" --json "*) form=(--json) ;; esac
  NO_AT_BRIDGE=1 node "ui/e2e/$measure.mjs" "$PROGRAM_DIR" "${form[@]}"
}

# What Lighthouse says of the store's pages.
measure_store() {
  local form=()
  case " $* " in *" --json "*) form=(--json) ;; esac
  need_node
  need_ui_packages
  need_npm_packages ui/e2e/lighthouse
  node ui/e2e/lighthouse/measure.mjs "$PROGRAM_DIR" "${form[@]}"
}

hub_door() {
  need_rust
  build_programs debug
  exec "$PROGRAM_DIR/door" "$@"
}

hub_server() {
  # shellcheck disable=SC2046 # one need a line
  need_rust $(postgres_needs)
  build_programs debug
  exec "$PROGRAM_DIR/sync-server" "$@"
}

# The page's types, from the views that the window is told.
hub_schema() {
  need_rust "${WINDOW_NEEDS[@]}"
  build_ui
  TICKETHUB_WRITE_SCHEMA=1 cargo test -q "${WORKSPACE[@]}" -p scanner-app --lib -- station::view::schema
}
