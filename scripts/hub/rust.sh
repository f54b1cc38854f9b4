# shellcheck shell=bash
# The Rust toolchain: one that is there and new enough, else Debian's packages.

RUST_MAJOR=1
RUST_MINOR=94

# What our crates need to compile: libclang reads the kernel's header of video devices, for the door's camera; libdbus leads to
# the system's store of keys.
CRATE_NEEDS=(gcc@gcc libc6-dev pkg-config@pkg-config libclang1 libdbus-1-dev)

# Chooses a toolchain and puts it first on PATH. Arguments: further system packages to install in
# the same go.
need_rust() {
  find_rust || true
  local needs=("$@" "${CRATE_NEEDS[@]}" ca-certificates)
  if [ -z "${HUB_CARGO:-}" ]; then
    needs+=(rustc-web cargo-web rust-web-clippy rustfmt-web)
  fi
  need_packages "${needs[@]}"
  if [ -z "${HUB_CARGO:-}" ]; then
    find_rust || die "apt's Rust is older than $RUST_MAJOR.$RUST_MINOR: install a newer one and put it on PATH"
  fi
  PATH=$(dirname "$HUB_CARGO"):$PATH
  export PATH
  if ! command -v cargo-clippy >/dev/null 2>&1 || ! command -v cargo-fmt >/dev/null 2>&1; then
    HUB_NO_LINTERS=1
  fi
  need_notes
  export SQLX_OFFLINE=${SQLX_OFFLINE:-true}
}

# Where builds go, and in HUB_NOTES what the script itself writes.
need_notes() {
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HUB_ROOT/target}
  HUB_NOTES=$CARGO_TARGET_DIR/hub
  mkdir -p "$HUB_NOTES"
}

# The lints and the formatter come apart from the compiler in some installations.
need_rust_linters() {
  [ -n "${HUB_NO_LINTERS:-}" ] || return 0
  if command -v rustup >/dev/null 2>&1; then
    say "adding clippy and rustfmt to the toolchain"
    rustup component add clippy rustfmt >&2 && return 0
  fi
  warn "cargo-clippy or cargo-fmt is missing beside $HUB_CARGO: install them, then run this again"
  exit 2
}

find_rust() {
  local cargo
  while read -r cargo; do
    if rust_is_new_enough "$cargo"; then
      HUB_CARGO=$cargo
      return 0
    fi
  done < <(type -ap cargo; printf '/usr/bin/cargo\n')
  return 1
}

rust_is_new_enough() {
  local version major minor
  version=$("$1" --version 2>/dev/null | awk '{print $2}') || return 1
  IFS=. read -r major minor _ <<<"$version"
  [ -n "$minor" ] && { [ "$major" -gt $RUST_MAJOR ] || { [ "$major" -eq $RUST_MAJOR ] && [ "$minor" -ge $RUST_MINOR ]; }; }
}
