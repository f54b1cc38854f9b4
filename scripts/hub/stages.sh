# shellcheck shell=bash
# Stages of a long command: each named, timed, and the first that fails ends the command.

STAGE_NAMES=()
STAGE_SECONDS=()

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
  if [ $status -ne 0 ]; then
    stage_table
    warn "failed at: $name"
    $AFTER_STAGES
    exit 1
  fi
}

stage_table() {
  local index total=0
  printf '\n%-28s %8s\n' stage seconds
  for index in "${!STAGE_NAMES[@]}"; do
    printf '%-28s %8d\n' "${STAGE_NAMES[$index]}" "${STAGE_SECONDS[$index]}"
    total=$((total + STAGE_SECONDS[index]))
  done
  printf '%-28s %8d\n\n' total "$total"
}
