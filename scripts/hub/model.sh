# shellcheck shell=bash
# `hub model`: Spin visits every state of each model in models/, and must find each bug that is planted there.

# The runs: model, what is looked for, its switch, the property that fails with it. `clean` finds nothing that is asserted,
# `live` nothing against the ltl formula, under weak fairness. `bug` and `live_bug` are planted and must be found. `sight` is
# no bug: it must be seen, so that no property holds because nothing happens, and no exception is made without need.
model_runs() {
  cat <<'RUNS'
entry clean - -
entry live - L_walks_end
entry bug BUG_CLAIM_IS_AUTHORITY L_decided
entry live_bug BUG_CLAIM_NEVER_LAPSES L_walks_end
entry bug BUG_LAST_CLAIM_WINS C1_first_claim_wins
entry bug BUG_FOLD_BY_ARRIVAL M3_same_labels
entry bug BUG_LOSER_UNFLAGGED M4_one_winner
entry sight SHOW_TWO_ENTRIES never_two_entries
upload clean - -
upload bug BUG_LIGHT_BEFORE_DURABLE A1_green_is_durable
upload bug BUG_ACK_BEFORE_DURABLE A1_green_at_server
upload bug BUG_SENT_IS_DONE A1_green_at_server
upload bug BUG_SENT_BEFORE_DURABLE A7_no_fork
upload bug BUG_REPEAT_NOT_COMPARED A2_unchanged
upload bug BUG_REPEAT_STORED_AGAIN A7_no_fork
upload bug BUG_ACK_BY_COUNT L1_all_at_server
upload bug BUG_GAP_ACKNOWLEDGED L1_all_at_server
right clean - -
right bug BUG_ANSWERED_BEFORE_DURABLE H_one_holder
right bug BUG_RIGHT_BACK_AFTER_CRASH H_one_holder
right bug BUG_SECOND_HAND_OVER H_one_holder
right bug BUG_OLD_HAND_OVER_TAKEN H_one_holder
right bug BUG_RIGHT_EXPIRES H_one_holder
right bug BUG_EXIT_TAKES_RIGHT H_one_holder
right bug BUG_LOST_OUTRANKS_NOTHING H_not_lost
right bug BUG_ENTRY_NOT_NAMED S_no_double_entry
right bug BUG_RIGHT_LOOKED_UP_EARLIER S_no_double_entry
right bug BUG_WAITS_FOR_HOLDER L_decided
right sight COUNT_DESPITE_LOSS H_one_holder
right sight COUNT_OVERRIDES S_no_double_entry
right sight SHOW_RETURN never_back
cursor clean - -
cursor bug BUG_SEQUENCE F1_nothing_skipped
cursor bug BUG_CURSOR_SAVED_FIRST F1_nothing_skipped
cursor bug BUG_BARE_NUMBER F2_replica_is_head
cursor bug BUG_UNSTAMPED F2_replica_is_head
cursor bug BUG_HEAD_READ_BEFORE F2_replica_is_head
cursor bug BUG_UNLOCKED_BEFORE_COMMIT F5_commit_order
cursor bug BUG_LOCK_IN_TRIGGER L_all_end
RUNS
}

MODEL_NEEDS=(spin@spin gcc@gcc libc6-dev)

hub_model() {
  say "model: searches every state of the models, and finds each planted bug"
  need_packages "${MODEL_NEEDS[@]}"
  need_notes
  run_models
}

# One line a run, `ok` or `not ok`. All run even when one fails.
run_models() {
  local model what switch property failed=0
  no_run_is_missing || failed=1
  while read -r model what switch property; do
    run_model "$model" "$what" "${switch#-}" "$property" </dev/null || failed=1
  done < <(model_runs)
  return $failed
}

# Every switch of the models has its run, and every property is seen to fail in one: one that can't fail proves nothing.
no_run_is_missing() {
  local seen name failed=0
  seen=$(model_runs | grep -E ' (bug|live_bug|sight) ')
  while read -r name; do
    if ! grep -qw "$name" <<<"$seen"; then
      printf 'not ok models: no run for %s\n' "$name"
      failed=1
    fi
  done < <(names_in_models)
  return $failed
}

names_in_models() {
  cat models/*.pml | grep -oE '\b(BUG|COUNT|SHOW)_[A-Z_]+|assert\(\w+|ltl \w+' | sed -E 's/^(assert\(|ltl )//' | sort -u
}

run_model() {
  local model=$1 what=$2 switch=$3 property=$4 folder
  folder=$HUB_NOTES/models/$model-${switch:-$what}
  rm -rf "$folder"
  mkdir -p "$folder"
  if (cd "$folder" && build_model "$model" "$what" "$switch" && "find_$what" "$property") >"$folder/log" 2>&1; then
    case $what in
      clean) printf 'ok model %s: clean, %s states\n' "$model" "$(states_in "$folder/log")" ;;
      live) printf 'ok model %s: clean of cycles (%s), %s states\n' "$model" "$property" "$(states_in "$folder/log")" ;;
      bug | live_bug) printf 'ok model %s: bug %s found (%s)\n' "$model" "${switch#BUG_}" "$property" ;;
      sight) printf 'ok model %s: %s seen (%s)\n' "$model" "$switch" "$property" ;;
    esac
  else
    printf 'not ok model %s: %s %s\n' "$model" "$what" "$switch"
    tail -n 50 "$folder/log" >&2
    return 1
  fi
}

# Spin writes a verifier in C, into the working directory.
build_model() {
  local model=$1 what=$2 switch=$3 options
  case $what in
    clean) options=(-O1 -DSAFETY -DNOCLAIM) ;;
    bug | sight) options=(-O0 -DSAFETY -DNOCLAIM) ;; # a short search: compiling well would take longer
    live | live_bug) options=(-O1 -DNFAIR=3) ;;
  esac
  spin ${switch:+"-D$switch"} -a "$HUB_ROOT/models/$model.pml" && gcc -w -DMEMLIM=2000 "${options[@]}" -o pan pan.c
}

find_clean() {
  ./pan -m10000 | tee found
  is_complete
}

find_live() {
  ./pan -m10000 -a -f | tee found
  is_complete
}

# The shortest way to a bug is cheap to find and to read (`spin -t`), so shallow searches go first, with small tables.
find_bug() {
  local depth
  for depth in 20 25 30 40 60 10000; do
    ./pan -m$depth -w20 | tee found
    if grep -q '^pan:1:' found; then
      grep -q "^pan:1: assertion violated $1 " found
      return
    fi
  done
  return 1
}

find_sight() {
  find_bug "$1"
}

find_live_bug() {
  ./pan -m10000 -a -f | tee found
  grep -q '^pan:1: acceptance cycle' found
}

# All states were visited, and nothing was found.
is_complete() {
  grep -q '^Full statespace search' found && grep -q 'errors: 0$' found && [ "$(states_in found)" -gt 1000 ] &&
    ! grep -qiE 'not completed|too small|out of memory|MEMLIM' found
}

states_in() {
  sed -nE 's/^ *([0-9.e+]+) states, stored.*/\1/p' "$1" | tail -n 1
}
