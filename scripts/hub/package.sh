# shellcheck shell=bash
# `hub package`: the door as a Debian package. `hub prove package`: installed, started and removed on a Debian that has nothing.

PACKAGE_NAME=tickethub-door
# dpkg-shlibdeps asks the packages of this machine which libraries are theirs.
PACKAGE_NEEDS=(dpkg-shlibdeps@dpkg-dev objdump@binutils git@git)

hub_package() {
  say "package: the door's window and its headless program as a .deb, from a release build"
  # shellcheck disable=SC2046 # one need a line
  need_rust "${PACKAGE_NEEDS[@]}" "${WINDOW_NEEDS[@]}" $(node_needs)
  need_node
  package_programs
  package_build
  say "made $PACKAGE_FILE"
}

package_programs() {
  build_ui
  build_binaries release --bin tickethub-window --bin door
}

# Sets PACKAGE_FILE. The same programs and the same commit give the same file, byte for byte.
package_build() {
  local tree=$HUB_NOTES/package version architecture depends
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
  export SOURCE_DATE_EPOCH
  version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
  architecture=$(dpkg --print-architecture)
  PACKAGE_FILE=$HUB_NOTES/${PACKAGE_NAME}_${version}_${architecture}.deb
  rm -rf "$tree" && mkdir -p "$tree/DEBIAN"
  package_tree "$tree" "$version"
  # No library: whom to trust of the servers that they call.
  depends="$(package_depends "$tree"), ca-certificates"
  package_control "$version" "$architecture" "$(du -sk --apparent-size "$tree" | cut -f 1)" "$depends" >"$tree/DEBIAN/control"
  (cd "$tree" && find usr -type f -exec md5sum {} + | sort -k 2) >"$tree/DEBIAN/md5sums"
  chmod -R u=rwX,go=rX "$tree"
  dpkg-deb --root-owner-group -Zxz --build "$tree" "$PACKAGE_FILE" >&2
}

# What will lie below `/`. A program called `door` would be anybody's.
package_tree() {
  local tree=$1 doc=$1/usr/share/doc/$PACKAGE_NAME
  install -D -m 755 -s "$CARGO_TARGET_DIR/release/tickethub-window" "$tree/usr/bin/tickethub-window"
  install -D -m 755 -s "$CARGO_TARGET_DIR/release/door" "$tree/usr/bin/$PACKAGE_NAME"
  install -D -m 644 -t "$tree/usr/share/applications" src-tauri/debian/$PACKAGE_NAME.desktop
  install -D -m 644 src-tauri/icons/icon.png "$tree/usr/share/icons/hicolor/256x256/apps/$PACKAGE_NAME.png"
  install -D -m 644 -t "$doc" src-tauri/debian/copyright
  mkdir -p "$tree/usr/share/man/man1"
  gzip -9n <src-tauri/debian/$PACKAGE_NAME.1 >"$tree/usr/share/man/man1/$PACKAGE_NAME.1.gz"
  ln -s $PACKAGE_NAME.1.gz "$tree/usr/share/man/man1/tickethub-window.1.gz"
  package_changelog "$2" | gzip -9n >"$doc/changelog.gz"
  package_notices | gzip -9n >"$doc/third-party.gz"
}

# Licences ask that their notices go with the programs.
package_notices() {
  local crates=$HUB_NOTES/package-crates
  cargo tree --locked -p tickethub-window -p scanner-app -e normal,no-proc-macro --prefix none -f '{p}' |
    awk '{print $1, $2}' | sort -u >"$crates"
  node scripts/hub/package_notices.mjs "$crates"
}

package_changelog() {
  printf '%s (%s) stable; urgency=medium\n\n  * Built from commit %s.\n\n -- %s  %s\n' \
    $PACKAGE_NAME "$1" "$(git rev-parse --short HEAD)" "$(package_maintainer)" "$(date -R -u -d "@$SOURCE_DATE_EPOCH")"
}

# As Debian's own tools: who builds it says so, else it is who made the last commit.
package_maintainer() {
  if [ -n "${DEBEMAIL:-}" ]; then
    printf '%s <%s>' "${DEBFULLNAME:-Ticket Hub}" "$DEBEMAIL"
  else
    git log -1 --format='%an <%ae>'
  fi
}

# The packages whose libraries the programs are linked against, with the versions that have what they call.
package_depends() {
  local tree=$1 work=$HUB_NOTES/package-depends
  mkdir -p "$work/debian"
  printf 'Source: %s\n\nPackage: %s\nArchitecture: any\n' $PACKAGE_NAME $PACKAGE_NAME >"$work/debian/control"
  (cd "$work" && dpkg-shlibdeps -O "$tree"/usr/bin/*) | sed -n 's/^shlibs:Depends=//p'
}

package_control() {
  cat <<CONTROL
Package: $PACKAGE_NAME
Version: $1
Architecture: $2
Maintainer: $(package_maintainer)
Installed-Size: $3
Depends: $4
Section: misc
Priority: optional
Description: lets people in by their tickets, with or without a network
 Reads signed QR tickets from a camera, decides from its own copy of the
 list, keeps a signed journal of what it did, and keeps in step with the
 other doors of the building and with the organizer's server.
 .
 tickethub-window is the door with a screen, tickethub-door the one
 without.
CONTROL
}

# hub_prove_package [--keep FOLDER]: a root of its own, with nothing but what the package asks for. FOLDER as for `prove bare`.
hub_prove_package() {
  local keep=""
  if [ "${1:-}" = --keep ] && [ $# -eq 2 ]; then
    keep=$2
  elif [ $# -gt 0 ]; then
    warn "hub prove package [--keep FOLDER]" && exit 64
  fi
  [ "$(id -u)" -eq 0 ] || die "only root can make a root and enter it: run this with sudo"
  hub_package
  say "prove package: installs it on a fresh Debian $BARE_SUITE, starts it as an ordinary user and removes it"
  need_packages debootstrap@debootstrap
  bare_folder "$keep"
  bare_base
  export PACKAGE_FILE
  bare_run package
}

# The part of `prove bare`, in its root and in namespaces of its own.
package_part() {
  local root=$HUB_BARE_ROOT file=/tmp/${PACKAGE_FILE##*/} missing said
  install -m 644 "$PACKAGE_FILE" "$root$file"
  install -m 755 scripts/hub/package_start "$root/tmp/package_start"
  bare_quietly apt-get update
  bare_quietly env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$file"
  # Before a screen is installed, which brings libraries of its own.
  missing=$(inside guest ldd /usr/bin/tickethub-window /usr/bin/$PACKAGE_NAME | grep 'not found') &&
    die "the package asks for too little: $missing"
  inside guest $PACKAGE_NAME --version >&2
  bare_quietly env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends xvfb xauth x11-utils
  # Far from the screens of this machine, whose sockets are seen here.
  said=$(inside guest xvfb-run -n 450 -s "-screen 0 1280x800x24" /tmp/package_start)
  package_gone
  bare_note "$said; $(package_figures "$root$file")"
}

package_gone() {
  local left
  bare_quietly dpkg --purge $PACKAGE_NAME
  left=$(find "$HUB_BARE_ROOT/usr" "$HUB_BARE_ROOT/etc" -iname '*tickethub*' -print)
  [ -z "$left" ] || die "purging the package left: $left"
}

package_figures() {
  local kib
  kib=$(dpkg-deb --field "$1" Installed-Size)
  printf '%d kB to fetch, %d kB installed' $(($(stat -c %s "$1") / 1000)) $((kib * 1024 / 1000))
}
