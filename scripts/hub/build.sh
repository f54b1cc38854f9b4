# shellcheck shell=bash
# shellcheck disable=SC2034 # the commands use these
# What is compiled, and with which features. Every command names the same set, so that the
# dependencies are compiled once: cargo joins the features of all that a command selects.

WORKSPACE=(--workspace --locked --features tickethub-window/custom-protocol)
PROGRAMS=(--bin door --bin sync-server --bin proof)

# Needs beside the toolchain to build or run the window.
WINDOW_NEEDS=(libwebkit2gtk-4.1-dev)

# What looks at the store's pages: Debian's Chromium.
BROWSER_NEEDS=(chromium@chromium)

# What `proof` and the tests run beside our programs: `kill` (bash has one of its own, so it is `ps` that tells whether the
# package is there), the second reader of journals, another reader of codes, network namespaces.
PROOF_NEEDS=(ps@procps python3@python3 zbarimg@zbar-tools ip@iproute2)

# build_programs debug|release: the programs without a window. Sets PROGRAM_DIR.
build_programs() {
  PROGRAM_DIR=$CARGO_TARGET_DIR/$1
  build_binaries "$1" "${PROGRAMS[@]}"
}

build_binaries() {
  local profile=$1 flags=()
  shift
  [ "$profile" = debug ] || flags+=(--release)
  cargo build -q "${WORKSPACE[@]}" "$@" "${flags[@]}" >&2
}

# The pages that the window carries inside, when a source of theirs is newer.
build_ui() {
  need_ui_packages
  if [ -z "$(find ui/dist/index.html -newer ui/package-lock.json 2>/dev/null)" ] ||
    [ -n "$(find ui/src ui/design ui/index.html ui/*.ts ui/*.js -newer ui/dist/index.html -print -quit 2>/dev/null)" ]; then
    say "building the window's pages"
    (cd ui && npm run -s build >&2)
  fi
}

# build_window debug|release
build_window() {
  build_ui
  build_binaries "$1" --bin tickethub-window
}
