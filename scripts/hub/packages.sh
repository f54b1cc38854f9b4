# shellcheck shell=bash
# System packages. A need is `command@package` (there if the command is) or a plain package name.
# The Rust and PostgreSQL rooms add theirs; need_packages then installs all of it in one go.

# Names of the needs that are not met, as packages.
missing_packages() {
  local need
  for need in "$@"; do
    case $need in
      *@*) command -v "${need%@*}" >/dev/null 2>&1 || printf '%s\n' "${need#*@}" ;;
      *) dpkg_has "$need" || printf '%s\n' "$need" ;;
    esac
  done
}

dpkg_has() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Prefix for a command that needs root: empty, sudo, or failure for somebody who may not.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

may_install() {
  [ "$(id -u)" -eq 0 ] || sudo -n true >/dev/null 2>&1
}

# need_packages NEED...: all of them are there, or the script ends: with code 2 where the caller
# may not install.
need_packages() {
  local missing
  missing=$(missing_packages "$@" | sort -u | tr '\n' ' ')
  [ -n "${missing// /}" ] || return 0
  missing=${missing% }
  if ! command -v apt-get >/dev/null 2>&1; then
    warn "not a Debian system: install what these Debian packages hold, then run this again: $missing"
    exit 2
  fi
  if ! may_install; then
    warn "some packages are missing. Run this line, then run the command again:"
    printf '%s\n' "$(apt_line "$missing")" >&2
    exit 2
  fi
  install_packages "$missing"
}

# The one line for somebody who asks an administrator.
apt_line() {
  local missing=$1 security=""
  if wants_security_suite "$missing"; then
    security="echo '$(security_source)' | sudo tee /etc/apt/sources.list.d/debian-security.list && "
  fi
  printf '%s' "${security}sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing"
}

install_packages() {
  local missing=$1
  say "installing by apt, once: $missing"
  if wants_security_suite "$missing"; then
    say "adding Debian's security suite, which has the current Rust"
    security_source | as_root tee /etc/apt/sources.list.d/debian-security.list >/dev/null
  fi
  apt_quietly update
  case " $missing " in *" postgresql-"* | *" postgresql "*) forbid_main_cluster ;; esac
  # shellcheck disable=SC2086 # a list of package names
  apt_quietly install -y --no-install-recommends $missing
  allow_main_cluster
}

# What apt prints is shown only when it fails.
apt_quietly() {
  local log
  log=$(mktemp /tmp/hub-apt.XXXXXX)
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    allow_main_cluster
    die "apt-get $1 failed: see above"
  fi
  rm -f "$log"
}

# Debian's package would start a server of its own on port 5432; ours starts a private one.
NO_MAIN_CLUSTER=/etc/postgresql-common/createcluster.d/tickethub-installing.conf
forbid_main_cluster() {
  as_root mkdir -p "$(dirname "$NO_MAIN_CLUSTER")"
  printf 'create_main_cluster = false\n' | as_root tee "$NO_MAIN_CLUSTER" >/dev/null
}
allow_main_cluster() {
  [ ! -e "$NO_MAIN_CLUSTER" ] || as_root rm -f "$NO_MAIN_CLUSTER"
}

# Debian 12 has today's Rust in its security suite only; a bare root may not list that suite.
wants_security_suite() {
  case " $1 " in *" rustc-web "*) ;; *) return 1 ;; esac
  [ "$(debian_version)" = 12 ] || return 1
  ! apt_sources | grep -q security
}

# Beside the archive that this machine uses, whatever its mirror.
security_source() {
  local archive
  archive=$(debian_archive)
  printf 'deb %s-security bookworm-security main\n' "$archive"
}

# The address of the archive among apt's sources.
debian_archive() {
  local archive
  archive=$(apt_sources | grep -m1 -oE '[a-z]+:/[^ ]*/debian/?( |$)') ||
    die "no Debian archive among apt's sources: add one, with its security suite"
  archive=${archive% }
  printf '%s' "${archive%/}"
}

# Read from the files: a bare root has not fetched any list yet.
apt_sources() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    grep -v '^[[:space:]]*#' || true
}

debian_version() {
  # shellcheck source=/dev/null
  (. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_ID:-}") || true
}
