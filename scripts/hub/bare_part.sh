# shellcheck shell=bash
# One part of `hub prove bare`, in its root and in namespaces of its own, in which this script is
# process 1. HUB_BARE_ROOT is the root, HUB_BARE_NOTE the file for the part's line in the table,
# HUB_BARE_LOG the one for what it prints.

# Debian's own, for the two kinds of log-in.
BARE_ROOT_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
BARE_USER_PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games

bare_part() {
  local part=$1 command=${1#*-} user=guest
  bare_mount "$HUB_BARE_ROOT"
  case $part in
    line)
      bare_lines
      return
      ;;
    package)
      package_part
      return
      ;;
    root-*) user=root ;;
    user-*) bare_hand_on_line "$command" ;;
    sudo-*) bare_give_sudo ;;
  esac
  case $command in
    up) bare_up $user ;;
    *) bare_command $user "$command" ;;
  esac
}

bare_mount() {
  local root=$1
  mount -t proc proc "$root/proc"
  mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  mount --bind "${root%/*}/build" "$root$BARE_BUILD"
  # What apt fetched once need not be fetched again.
  mount --bind "${root%/*}/archives" "$root/var/cache/apt/archives"
}

bare_note() { printf '%s' "$*" >"$HUB_BARE_NOTE"; }

# inside WHO COMMAND...: in the root, in the tree, with nothing in the environment but a log-in's
# and what the clients of the registries read.
inside() {
  local who=$1 home=/root path=$BARE_ROOT_PATH name settings=()
  shift
  [ "$who" = root ] || { home=/home/$who path=$BARE_USER_PATH; }
  for name in $(compgen -e); do
    case $name in
      *_proxy | *_PROXY | PIP_* | npm_config_* | NPM_CONFIG_* | NODE_EXTRA_CA_CERTS | SSL_CERT_FILE | SSL_CERT_DIR | \
        CARGO_HTTP_* | CARGO_NET_* | CARGO_SOURCE_* | CARGO_REGISTRIES_*) settings+=("$name=${!name}") ;;
    esac
  done
  chroot --userspec="$who:$who" "$HUB_BARE_ROOT" /usr/bin/env -i --default-signal=INT --chdir="$BARE_TREE" \
    HOME="$home" USER="$who" LOGNAME="$who" PATH="$path" TERM="${TERM:-dumb}" "${settings[@]}" \
    CARGO_HOME=$BARE_BUILD/cargo CARGO_TARGET_DIR=$BARE_BUILD/target "$@"
}

bare_lines() {
  local command count=0
  for command in up demo test check "prove kill" model bench door server sqlx package; do
    # shellcheck disable=SC2086 # a command and its argument
    bare_apt_line $command >/dev/null
    count=$((count + 1))
  done
  bare_note "$count commands name the line and end with code 2"
}

# bare_apt_line COMMAND...: as a user without sudo, where it must end with code 2 and name one line, which is printed.
bare_apt_line() {
  local said status=0 line
  said=$(inside guest ./hub "$@" 2>&1) || status=$?
  printf '%s\n' "$said" >&2
  [ $status -eq 2 ] || die "./hub $* ended with code $status, not 2"
  line=$(grep 'sudo apt-get' <<<"$said") || die "./hub $* named no line"
  [ "$(wc -l <<<"$line")" -eq 1 ] || die "./hub $* named more than one line"
  printf '%s\n' "$line"
}

# The line that the user was given does what it says, run by somebody who may.
bare_hand_on_line() {
  local line
  line=$(bare_apt_line "$1")
  say "root runs the line"
  bare_quietly env DEBIAN_FRONTEND=noninteractive bash -c "${line//sudo /}"
}

bare_give_sudo() {
  bare_quietly apt-get update
  bare_quietly apt-get install -y --no-install-recommends sudo
  echo 'guest ALL=(ALL) NOPASSWD: ALL' >"$HUB_BARE_ROOT/etc/sudoers.d/guest"
}

# bare_quietly COMMAND...: as root; what it prints is shown only when it fails.
bare_quietly() {
  local said=$HUB_BARE_ROOT/tmp/quietly
  inside root "$@" >"$said" 2>&1 && return 0
  cat "$said" >&2
  die "root could not run: $*"
}

bare_command() {
  local who=$1 command=$2 said=$HUB_BARE_ROOT/tmp/said status=0
  inside "$who" ./hub "$command" 2>&1 | tee "$said" || status=$?
  bare_note "$(bare_last_word "$command" "$said"); $(inside "$who" rustc --version | cut -d ' ' -f 1,2)"
  return $status
}

bare_last_word() {
  case $1 in
    test) grep -E '^[0-9]+ passed, [0-9]+ failed$' "$2" | tail -n 1 ;;
    check) awk '/^total/ {print "all stages in " $2 " s"}' "$2" ;;
    demo) grep -v '^$' "$2" | tail -n 1 | sed 's/\.$//' ;;
  esac
}

# Ctrl-C is typed on a terminal, as a person does.
bare_up() {
  local who=$1 status=0 start
  BARE_SAID=$HUB_BARE_ROOT/tmp/said BARE_KEYS=$HUB_BARE_ROOT/tmp/keys BARE_PORT=$(bare_free_port)
  mkfifo "$BARE_KEYS"
  inside "$who" TICKETHUB_LISTEN="127.0.0.1:$BARE_PORT" script -qefc "exec ./hub up" /dev/null \
    <>"$BARE_KEYS" >"$BARE_SAID" 2>&1 &
  BARE_TERMINAL=$!
  # A whole build may come first.
  bare_wait 5400 "an address" bare_named_address
  # The first address leads on to the page in the visitor's language.
  local page pages
  pages=$(sed -n "s|^ *http://127.0.0.1:$BARE_PORT\(/fr/events/[^[:space:]]*\).*|\1|p" "$BARE_SAID")
  [ -n "$pages" ] || bare_up_failed "no event's page was named"
  for page in /fr/ $pages; do
    [ "$(bare_status "$BARE_PORT" "$page")" = 200 ] || bare_up_failed "the named address did not answer 200: $page"
  done
  start=$SECONDS
  printf '\003' >"$BARE_KEYS"
  bare_wait 60 "the end after Ctrl-C" bare_terminal_closed
  wait $BARE_TERMINAL || status=$?
  cat "$BARE_SAID" >&2
  [ $status -eq 0 ] || die "./hub up ended with code $status after Ctrl-C"
  [ -z "$(bare_left)" ] || die "Ctrl-C left behind: $(bare_left)"
  [ -z "$(bare_status "$BARE_PORT")" ] || die "something answers after Ctrl-C"
  bare_note "answered 200 where it said; Ctrl-C stopped it in $((SECONDS - start)) s, no process left"
}

bare_named_address() {
  sed -n '/^Demo:/,$p' "$BARE_SAID" | grep -q "http://127.0.0.1:$BARE_PORT/fr/office" && return 0
  ! bare_terminal_closed || bare_up_failed "./hub up ended before it named an address"
  return 1
}

bare_terminal_closed() { ! kill -0 $BARE_TERMINAL 2>/dev/null; }

bare_up_failed() {
  cat "$BARE_SAID" >&2
  die "$*"
}

# bare_wait SECONDS WHAT CONDITION...
bare_wait() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $end ] || bare_up_failed "waited in vain for $what"
    sleep 1
  done
}

bare_free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)) && [ -n "$(bare_status $port)" ]; do :; done
  printf '%s' $port
}

# bare_status PORT [PATH]: the status of `GET PATH` on a port of this machine; nothing if nobody listens.
bare_status() {
  timeout 30 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "GET $1 HTTP/1.0\r\nHost: 127.0.0.1:$0\r\n\r\n" >&3 && head -n 1 <&3' \
    "$1" "${2:-/}" 2>/dev/null | cut -d ' ' -f 2
}

# Processes that live in the part's root.
bare_left() {
  local link
  for link in /proc/[0-9]*/root; do
    [ "$(readlink "$link")" != "$HUB_BARE_ROOT" ] || tr '\0' ' ' <"${link%root}cmdline"
  done
}
