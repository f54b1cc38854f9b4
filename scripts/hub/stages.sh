# shellcheck shell=bash
# Stages of a long command: each named, timed, and the first that fails ends the command. Some may go on beside the others.

STAGE_NAMES=()
STAGE_SECONDS=()
STAGES_BEGAN=$SECONDS

# What goes on beside the stages: its process, and the files with what it printed and with its stages' times.
BESIDE=""
BESIDE_LOG=""
BESIDE_TIMES=""

# What else to print before the script ends on a failed stage; a function's name.
AFTER_STAGES=true

# stage NAME COMMAND...: runs it in a subshell; a failure ends the script. Never call it in a
# condition: bash would then ignore `set -e` inside.
stage() {
  local name=$1 start=$SECONDS status
  shift
  say "[$name]"
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  STAGE_NAMES+=("$name")
  STAGE_SECONDS+=($((SECONDS - start)))
  [ $status -eq 0 ] || stages_fail "$name"
}

# beside FUNCTION: it and its stages run beside the stages that follow, until `together`. What they print is kept until then, so
# that nobody's lines are mixed.
beside() {
  BESIDE_LOG=$HUB_NOTES/beside.log
  BESIDE_TIMES=$HUB_NOTES/beside.times
  : >"$BESIDE_TIMES"
  # A process group of its own, which can be ended whole.
  set -m
  (
    set +m
    # shellcheck disable=SC2030 # its own
    STAGE_NAMES=() STAGE_SECONDS=() BESIDE=""
    trap 'note_times >"$BESIDE_TIMES"' EXIT
    stages_fail() { warn "failed at: $1" && exit 1; }
    "$@"
  ) </dev/null >"$BESIDE_LOG" 2>&1 &
  BESIDE=$!
  set +m
  trap 'kill -TERM -- "-$BESIDE" 2>/dev/null || true' EXIT
}

# Waits for what goes on beside, prints what it printed, and fails if it did.
together() {
  end_beside || stages_fail "$(tail -n 1 "$BESIDE_LOG" | sed 's/.*failed at: //')"
}

end_beside() {
  [ -n "$BESIDE" ] || return 0
  local status=0 name seconds
  wait "$BESIDE" || status=$?
  trap - EXIT
  BESIDE=""
  cat "$BESIDE_LOG" >&2
  # shellcheck disable=SC2031 # of the others
  while IFS=$'\t' read -r seconds name; do
    STAGE_NAMES+=("$name, beside") && STAGE_SECONDS+=("$seconds")
  done <"$BESIDE_TIMES"
  return $status
}

note_times() {
  local index
  for index in "${!STAGE_NAMES[@]}"; do
    printf '%s\t%s\n' "${STAGE_SECONDS[$index]}" "${STAGE_NAMES[$index]}"
  done
}

# What goes on beside comes to its end first: one run tells all.
stages_fail() {
  end_beside || true
  stage_table
  warn "failed at: $1"
  $AFTER_STAGES
  exit 1
}

stage_table() {
  local index
  printf '\n%-28s %8s\n' stage seconds
  for index in "${!STAGE_NAMES[@]}"; do
    printf '%-28s %8d\n' "${STAGE_NAMES[$index]}" "${STAGE_SECONDS[$index]}"
  done
  printf '%-28s %8d\n\n' "from first to last" "$((SECONDS - STAGES_BEGAN))"
}

# was_good NAME PATH...: whether the files below the paths, and the compiler, are those with which NAME ended well here. Only for
# what always comes out the same from the same files.
was_good() {
  local name=$1
  shift
  [ "$(cat "$HUB_NOTES/good-$name" 2>/dev/null)" = "$(state_of "$@")" ]
}

note_good() {
  local name=$1
  shift
  state_of "$@" >"$HUB_NOTES/good-$name"
}

state_of() {
  { rustc -V && find "$@" -type f -print0 | sort -z | xargs -0 -r sha256sum; } | sha256sum | cut -c1-16
}
