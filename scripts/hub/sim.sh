# shellcheck shell=bash
# `hub sim`: evenings of the simulation, built with optimisation and every check.

# hub_sim [SEED] [--seeds N] [--minutes M] [--strict] [--replay FILE]
hub_sim() {
  local seed="" seeds="" minutes="" strict="" replay=""
  while [ $# -gt 0 ]; do
    case $1 in
      --seeds) seeds=${2:?--seeds N} && shift ;;
      --minutes) minutes=${2:?--minutes M} && shift ;;
      --replay) replay=$(readlink -f "${2:?--replay FILE}") && shift ;;
      --strict) strict=1 ;;
      [0-9]*) seed=$1 ;;
      *) warn "hub sim [SEED] [--seeds N] [--minutes M] [--strict] [--replay FILE]" && return 64 ;;
    esac
    shift
  done
  need_rust
  if [ -n "$replay" ]; then
    run_sim SIM_REPLAY="$replay"
  elif [ -n "$seed" ]; then
    run_sim SIM_FROM="$seed" SIM_SEEDS="${seeds:-1}" SIM_STRICT="$strict"
  elif [ -n "$minutes" ]; then
    [ -z "$seeds" ] || run_sim SIM_SEEDS="$seeds" SIM_STRICT="$strict"
    run_sim SIM_FROM="$(random_seed)" SIM_MINUTES="$minutes" SIM_STRICT="$strict"
  else
    run_sim SIM_SEEDS="${seeds:-2000}" SIM_STRICT="$strict"
  fi
}

run_sim() {
  env "$@" cargo test -q --profile sim -p shared --lib -- \
    --ignored --exact --nocapture simulation::runs::evenings
}

# Sixty hours of fifty doors, for `hub prove soak`.
soak_simulation() {
  cargo test -q --profile sim -p shared --lib -- \
    --ignored --exact --nocapture simulation::runs::sixty_hours_of_fifty_doors
}

# Far from the fixed seeds.
random_seed() {
  od -An -N6 -tu8 /dev/urandom | tr -d ' '
}

# For `hub test`: the fixed seeds, as many strict evenings, fifty doors, that the simulation finds what it should, and a minute
# of seeds that nobody saw before. What that minute finds is kept and told, but is no fault of the change that is tested.
# The fixed ones come out the same from the same sources: then only the minute.
test_simulation() {
  local inputs=(shared Cargo.toml Cargo.lock scripts/hub/sim.sh) fixed
  cargo test -q --profile sim -p shared --lib --no-run
  if was_good simulation "${inputs[@]}"; then
    say "the fixed evenings went well with these very sources before: only new ones"
    new_evenings
    return
  fi
  # Each uses one core: on two of them, half each.
  (
    run_sim SIM_SEEDS=2000
    run_sim SIM_SEEDS=2000 SIM_STRICT=1
    new_evenings
  ) &
  fixed=$!
  # shellcheck disable=SC2064 # this one
  trap "wait $fixed" EXIT
  cargo test -q --profile sim -p shared --lib -- --ignored --nocapture simulation::runs --skip evenings --skip sixty_hours
  wait "$fixed"
  note_good simulation "${inputs[@]}"
}

new_evenings() {
  run_sim SIM_FROM="$(random_seed)" SIM_MINUTES=1 ||
    warn "a random evening failed: keep the run that is named above, and look at it with ./hub sim --replay FILE"
}
