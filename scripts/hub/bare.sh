# shellcheck shell=bash
# `hub prove bare`: the commands on a Debian 12 that has nothing. Every part gets a fresh root of its
# own, so that no command lives on what another one installed; what cargo fetched and compiled goes
# from part to part, so that nothing is compiled twice.

BARE_SUITE=bookworm
BARE_PARTS=(line root-test root-demo root-up user-test user-demo user-up sudo-up)
# Inside the root: the tree, in a folder that only its owner may enter, as a home is; and the builds.
BARE_TREE=/srv/home/tickethub
BARE_BUILD=/srv/build

bare_usage() {
  cat <<'TEXT'
./hub prove bare [--keep FOLDER] [PART...]

  line            without sudo and without packages each command names the one line, code 2
  root-COMMAND    as root: installs what is missing, then runs
  user-COMMAND    as a user without sudo: is given the line, root runs it, the user goes on
  sudo-COMMAND    as a user with sudo: as root-COMMAND
                  COMMAND: check, test, demo or up (starts, answers, Ctrl-C stops all of it)

Without a PART: line, then root and user with test, demo and up, and sudo-up. Proves the last
commit, not the changes since. FOLDER keeps what was fetched and compiled for the next run; else
nothing is left behind.
TEXT
}

hub_prove_bare() {
  if [ -n "${HUB_BARE_ROOT:-}" ]; then
    bare_part "$1" 2>&1 | tee "$HUB_BARE_LOG" >&2
    return
  fi
  local keep="" parts=()
  while [ $# -gt 0 ]; do
    if [ "$1" = --keep ] && [ $# -gt 1 ]; then
      keep=$2 && shift
    elif [[ $1 =~ ^(line|(root|user|sudo)-(check|test|demo|up))$ ]]; then
      parts+=("$1")
    else
      bare_usage >&2 && exit 64
    fi
    shift
  done
  [ ${#parts[@]} -gt 0 ] || parts=("${BARE_PARTS[@]}")
  say "prove bare: the commands on a fresh Debian 12, as root and as an ordinary user: ${parts[*]}"
  [ "$(id -u)" -eq 0 ] || die "only root can make a root and enter it: run this with sudo"
  need_packages debootstrap@debootstrap git@git
  [ -z "$(git status --porcelain)" ] || warn "what is not committed is left out"
  bare_folder "$keep"
  bare_tree
  bare_base
  bare_run "${parts[@]}"
}

# Sets BARE, the folder of this run, and BARE_NOTES, what is left of it.
bare_folder() {
  BARE_RUNNING=""
  if [ -n "$1" ]; then
    mkdir -p "$1"
    BARE=$(readlink -f "$1")
    trap 'bare_end "$BARE/root" "$BARE/making"' EXIT
  else
    # Not /tmp, which may be small and without device files.
    BARE=$(mktemp -d "${TMPDIR:-/var/tmp}/hub-bare.XXXXXX")
    trap 'bare_end "$BARE"' EXIT
  fi
  # An ordinary user has to come through.
  chmod 755 "$BARE"
  BARE_NOTES=${CARGO_TARGET_DIR:-$HUB_ROOT/target}/hub/bare
  mkdir -p "$BARE_NOTES" "$BARE/build/target" "$BARE/build/cargo" "$BARE/archives"
}

# Also when this script is stopped in the middle: first the running part, then what it worked on.
bare_end() {
  if [ -n "$BARE_RUNNING" ]; then
    # Its process 1, so that unshare returns only when the last of its processes is gone.
    xargs -r kill -KILL <"/proc/$BARE_RUNNING/task/$BARE_RUNNING/children" || true
    wait "$BARE_RUNNING" || true
  fi
  rm -rf --one-file-system "$@"
}

# The tree of the last commit.
bare_tree() {
  # Not cloned anew into a kept folder: files that did not change keep their times, so cargo knows them.
  [ -d "$BARE/tree" ] || git init -q "$BARE/tree"
  git -C "$BARE/tree" fetch -q "$HUB_ROOT" HEAD
  git -C "$BARE/tree" reset -q --hard FETCH_HEAD
}

# The root that the others are copies of.
bare_base() {
  [ ! -d "$BARE/base" ] || return 0
  say "making a bare $BARE_SUITE from the archive that apt uses here"
  rm -rf --one-file-system "$BARE/making"
  local archive
  archive=$(debian_archive)
  unshare --mount debootstrap --variant=minbase "$BARE_SUITE" "$BARE/making" "$archive" \
    >"$BARE_NOTES/debootstrap.log" 2>&1 || die "debootstrap failed: $BARE_NOTES/debootstrap.log says why"
  mv "$BARE/making" "$BARE/base"
}

# All parts, also after one that failed; then the table. A part has namespaces of its own: its mounts
# and its processes end with it, whatever happens.
bare_run() {
  local part start status note failed=0 table
  table=$(printf '%-12s %8s  %s' part seconds result)
  for part in "$@"; do
    say "[$part]"
    start=$SECONDS status=0 note=$BARE_NOTES/$part.note
    rm -f "$note"
    bare_fresh_root "${part%%-*}"
    HUB_BARE_ROOT=$BARE/root HUB_BARE_NOTE=$note HUB_BARE_LOG=$BARE_NOTES/$part.log \
      unshare --mount --pid --fork --kill-child --mount-proc "$HUB_ROOT/hub" prove bare "$part" </dev/null &
    BARE_RUNNING=$!
    wait $BARE_RUNNING || status=$?
    BARE_RUNNING=""
    rm -rf --one-file-system "$BARE/root"
    if [ $status -ne 0 ]; then
      failed=1
      printf 'FAILED, code %d: %s' $status "$(grep -v '^$' "$BARE_NOTES/$part.log" | tail -n 1)" >"$note"
    fi
    table+=$(printf '\n%-12s %8d  %s' "$part" $((SECONDS - start)) "$(cat "$note")")
  done
  printf '\n%s\n\n' "$table"
  [ $failed -eq 0 ] || warn "what each part printed is in $BARE_NOTES"
  return $failed
}

# A copy of the base; with a tree and a build folder that belong to who will work in it, where a command of the tree is run.
bare_fresh_root() {
  local root=$BARE/root
  rm -rf --one-file-system "$root"
  cp -a "$BARE/base" "$root"
  chroot "$root" useradd --create-home --shell /bin/bash guest
  mkdir -p "$root$BARE_BUILD" "$root$BARE_TREE"
  bare_lend_machine "$root"
  [ "$1" = package ] || bare_give_tree "$root" "$1"
}

bare_give_tree() {
  local root=$1 owner=root home
  [ "$2" = root ] || owner=guest
  cp -a "$BARE/tree/." "$root$BARE_TREE"
  for home in "$root/root" "$root/home/guest"; do
    bare_lend_settings "$home"
  done
  chmod 700 "$root${BARE_TREE%/*}"
  chroot "$root" chown -R guest:guest /home/guest
  chroot "$root" chown -R "$owner:$owner" "${BARE_TREE%/*}"
  owner=$(chroot "$root" id -u "$owner")
  [ "$(stat -c %u "$BARE/build")" = "$owner" ] || chown -R "$owner:$owner" "$BARE/build"
  # What the last part found out is for this one to find out again.
  rm -rf "$BARE/build/target/hub"
}

# How this machine's clients reach their registries, whatever that is: their settings, as found.
bare_lend_settings() {
  local home=$1 file
  for file in .npmrc .config/pip/pip.conf .pip/pip.conf; do
    [ ! -f "$HOME/$file" ] || install -D -m 600 "$HOME/$file" "$home/$file"
  done
}

bare_lend_machine() {
  local root=$1 file cargo=${CARGO_HOME:-$HOME/.cargo}
  for file in /etc/resolv.conf /etc/pip.conf /etc/npmrc /etc/apt/auth.conf /etc/apt/auth.conf.d \
    /usr/local/share/ca-certificates; do
    [ ! -e "$file" ] || cp -rLT "$file" "$root$file"
  done
  apt-config dump | grep -E '^Acquire::(https?|Retries|Check-)' >"$root/etc/apt/apt.conf.d/99machine" || true
  for file in config.toml config; do
    [ ! -f "$cargo/$file" ] || cp "$cargo/$file" "$BARE/build/cargo/"
  done
}
