# shellcheck shell=bash
# `hub test`: the check, then every test. Mirrors CI one to one. What waits for browsers most of the time runs beside the rest.

hub_test() {
  say "test: check, every test with its own PostgreSQL, the models of sync, the window and the store in real browsers, short proofs"
  # shellcheck disable=SC2046 # one need a line
  need_rust git@git xvfb-run@xvfb xauth@xauth WebKitWebDriver@webkit2gtk-driver \
    cups-daemon lp@cups-client pdftotext@poppler-utils openssl@openssl unzip@unzip python3-aiosmtpd redis-server@redis-server dbus-run-session@dbus-daemon gnome-keyring-daemon@gnome-keyring \
    pip3@python3-pip "${PROOF_NEEDS[@]}" "${MODEL_NEEDS[@]}" "${WINDOW_NEEDS[@]}" "${BROWSER_NEEDS[@]}" $(node_needs) $(postgres_needs)
  prepare_check
  # The models' stays for as long as they stay.
  find "$HUB_NOTES" -maxdepth 1 -name 'tests-*' ! -name tests-models.log -delete
  # shellcheck disable=SC2034 # the stages use it
  AFTER_STAGES=closing_line
  check_stages
  stage "build" test_build
  beside test_beside
  stage "rust tests" test_rust
  # All but the venue's: a minute of bad networks, which goes by beside the browsers.
  stage "proofs, short" "$CARGO_TARGET_DIR/debug/proof" prove --short station restore strict leases till-day kill payments
  together
  stage "law" test_law
  stage_table
  closing_line
}

test_beside() {
  stage "window: units" test_ui
  stage "tools" test_tools
  stage "window: smoke" test_window
  stage "window: door" test_door
  stage "store" test_store
  stage "demo" "$CARGO_TARGET_DIR/debug/proof" demo
  stage "venue, short" "$CARGO_TARGET_DIR/debug/proof" prove --short venue
  stage "models" test_models
  stage "simulation" test_simulation
}

test_build() {
  cargo build -q "${WORKSPACE[@]}" --all-targets >&2
}

# All suites run even when one fails, so that one run tells all. A test waits for its server or its database most of the time: so
# two a core, and no more, for the windows beside would miss the speed of a scanner's keys.
test_rust() {
  RUST_TEST_THREADS=$((2 * $(nproc))) cargo test "${WORKSPACE[@]}" --no-fail-fast 2>&1 | tee "$HUB_NOTES/tests-rust.log"
}

test_ui() {
  (cd ui && npm test -s -- --reporter=default --reporter=json --outputFile.json="$HUB_NOTES/tests-ui.json")
}

# Second readers in another language, where there are any.
test_tools() {
  [ -n "$(find tools -name 'test_*.py' -print -quit 2>/dev/null)" ] || return 0
  python3 -m unittest discover -v -s tools -p 'test_*.py' 2>&1 | tee "$HUB_NOTES/tests-tools.log"
}

# Of each rule of French law the test that shows it has run, and passed.
test_law() {
  python3 tools/law.py docs/LEGAL-FR.md --ran "$HUB_NOTES/tests-rust.log" "$HUB_NOTES/tests-tools.log"
}

# Every state of the models of sync, and the bugs planted there: always the same from the same models.
test_models() {
  local log=$HUB_NOTES/tests-models.log inputs=(models scripts/hub/model.sh)
  if [ -s "$log" ] && was_good models "${inputs[@]}"; then
    say "every state of these very models was visited before, see $log"
    return
  fi
  run_models | tee "$log"
  note_good models "${inputs[@]}"
}

# The built window with a real web view, on a screen of its own.
test_window() {
  NO_AT_BRIDGE=1 xvfb-run -a -s "-screen 0 1280x800x24" \
    node ui/e2e/smoke.mjs "$CARGO_TARGET_DIR/debug/tickethub-window" "$HUB_NOTES/window" 2>&1 |
    tee "$HUB_NOTES/tests-window.log"
}

# An evening at a door, and a shift at the box office: the built window, the real server, a webcam that is a folder.
test_door() {
  NO_AT_BRIDGE=1 in_a_venue xvfb-run -a -s "-screen 0 1920x1080x24" \
    node ui/e2e/door/story.mjs "$CARGO_TARGET_DIR/debug" "$HUB_NOTES/door" 2>&1 |
    tee "$HUB_NOTES/tests-door.log"
  NO_AT_BRIDGE=1 in_a_venue xvfb-run -a -s "-screen 0 1920x1080x24" \
    node ui/e2e/till/story.mjs "$CARGO_TARGET_DIR/debug" "$HUB_NOTES/till" 2>&1 |
    tee -a "$HUB_NOTES/tests-door.log"
}

# The store in a browser: a purchase in every way that people go about it.
test_store() {
  node ui/e2e/store/story.mjs "$CARGO_TARGET_DIR/debug" "$HUB_NOTES/store" 2>&1 | tee "$HUB_NOTES/tests-store.log"
}

# in_a_venue COMMAND...: in a network of its own, where two doors hear each other and nobody else; as root or in a user
# namespace of one's own. Where neither may be made, in the machine's network, and the doors of a building are not told of.
in_a_venue() {
  local apart=(unshare)
  [ "$(id -u)" -eq 0 ] || apart+=(--user --map-current-user --keep-caps)
  # shellcheck disable=SC2016 # expanded in there
  apart+=(--net -- sh -c 'ip link set lo up && ip link add venue0 type veth peer name venue1 &&
    ip address add 10.77.0.1/24 dev venue0 && ip link set venue1 up && ip link set venue0 up && exec "$@"' in_a_venue)
  if ! "${apart[@]}" true; then
    warn "no network of its own may be made here: without the doors of a building"
    apart=()
  fi
  "${apart[@]}" "$@"
}

# Counted from what the runners printed, nothing else.
closing_line() {
  local rust ui tools models window door store passed failed
  rust=$(count_rust "$HUB_NOTES/tests-rust.log")
  ui=$(count_vitest "$HUB_NOTES/tests-ui.json")
  tools=$(count_unittest "$HUB_NOTES/tests-tools.log")
  models=$(count_ok "$HUB_NOTES/tests-models.log")
  window=$(count_ok "$HUB_NOTES/tests-window.log")
  door=$(count_ok "$HUB_NOTES/tests-door.log")
  store=$(count_ok "$HUB_NOTES/tests-store.log")
  read -r passed failed < <(printf '%s\n' "$rust" "$ui" "$tools" "$models" "$window" "$door" "$store" | awk '{p += $1; f += $2} END {print p + 0, f + 0}')
  printf '%d passed, %d failed\n' "$passed" "$failed"
}

count_rust() {
  awk '/^test result:/ {p += $4; f += $6} END {print p + 0, f + 0}' "$1" 2>/dev/null || echo 0 0
}

count_vitest() {
  local passed failed
  passed=$(grep -o '"numPassedTests":[0-9]*' "$1" 2>/dev/null | cut -d: -f2) || true
  failed=$(grep -o '"numFailedTests":[0-9]*' "$1" 2>/dev/null | cut -d: -f2) || true
  echo "${passed:-0} ${failed:-0}"
}

count_unittest() {
  awk '/ \.\.\. ok$/ {p++} / \.\.\. (FAIL|ERROR)$/ {f++} END {print p + 0, f + 0}' "$1" 2>/dev/null || echo 0 0
}

count_ok() {
  awk '/^ok /{p++} /^not ok /{f++} END {print p + 0, f + 0}' "$1" 2>/dev/null || echo 0 0
}
