# shellcheck shell=bash
# `hub check`: what can be said about the tree without running it.

hub_check() {
  say "check: format, who may know whom, the window's texts and types, lints, stored queries, docs"
  prepare_check
  check_stages
  stage_table
}

prepare_check() {
  # shellcheck disable=SC2046 # one need a line
  need_rust git@git python3@python3 "${WINDOW_NEEDS[@]}" $(node_needs) $(postgres_needs)
  need_rust_linters
  need_node
}

check_stages() {
  stage "format" cargo fmt --all --check
  stage "who may know whom" check_who_knows_whom
  stage "window: types and build" check_ui
  stage "lints, stored queries" lint_with_queries
  stage "docs" check_docs
  stage "law: named tests" python3 tools/law.py docs/LEGAL-FR.md
}

# Edges of every kind count: a dev-dependency is an acquaintance too.
check_who_knows_whom() {
  local failed=0
  may_not_know shared paper scanner-app sync-server tickethub-window proof stripe-double || failed=1
  may_not_know paper scanner-app sync-server tickethub-window proof stripe-double || failed=1
  may_not_know scanner-app sync-server tickethub-window proof stripe-double tauri tauri-build wry || failed=1
  may_not_know sync-server scanner-app tickethub-window proof tauri tauri-build wry || failed=1
  may_not_know tickethub-window sync-server proof stripe-double || failed=1
  may_not_know stripe-double scanner-app sync-server tickethub-window proof || failed=1
  # Its tests may.
  may_not_ship_with sync-server stripe-double || failed=1
  return $failed
}

# may_not_know CRATE OTHER...: none of the others is anywhere below the crate.
may_not_know() {
  none_below normal,build,dev "$@"
}

# may_not_ship_with CRATE OTHER...: the same, tests aside.
may_not_ship_with() {
  none_below normal,build "$@"
}

none_below() {
  local edges=$1 crate=$2 other known failed=0
  shift 2
  known=$(cargo tree --locked -p "$crate" -e "$edges" --prefix none -f '{p}' | awk '{print $1}' | sort -u) || return 1
  for other in "$@"; do
    if grep -qx "$other" <<<"$known"; then
      warn "$crate may not know $other: cargo tree -p $crate -i $other shows the way"
      failed=1
    fi
  done
  return $failed
}

check_ui() {
  need_ui_packages
  (cd ui && npm run -s check >&2)
  build_ui
}

check_docs() {
  RUSTDOCFLAGS="-D warnings" cargo doc -q "${WORKSPACE[@]}" --no-deps >&2
}
