# shellcheck shell=bash
# Commands that build and then hand over to one of our programs.

hub_demo() {
  case " $* " in
    *" --list-steps "*) ;;
    *) say "demo: sells tickets, scans them with the server stopped, syncs and counts; unattended" ;;
  esac
  # shellcheck disable=SC2046 # one need a line
  need_rust "${PROOF_NEEDS[@]}" $(postgres_needs)
  build_programs debug
  exec "$PROGRAM_DIR/proof" demo "$@"
}

# The long proofs run on a release build; --short ones on the build that the tests use.
hub_prove() {
  if [ "${1:-}" = bare ]; then
    shift
    hub_prove_bare "$@"
    return
  fi
  say "prove: restore, bad networks, kill rounds and soak against the real programs"
  # shellcheck disable=SC2046 # one need a line
  need_rust "${PROOF_NEEDS[@]}" $(postgres_needs)
  case " $* " in
    *" --short "*) build_programs debug ;;
    *) build_programs release ;;
  esac
  case " $* " in
    *" --short "*) ;;
    " soak "* | "  ") soak_simulation ;;
  esac
  exec "$PROGRAM_DIR/proof" prove "$@"
}

hub_bench() {
  say "bench: measures the release build on this machine; other load spoils the figures"
  # shellcheck disable=SC2046 # one need a line
  need_rust "${PROOF_NEEDS[@]}" $(postgres_needs)
  build_programs release
  exec "$PROGRAM_DIR/proof" bench "$@"
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
