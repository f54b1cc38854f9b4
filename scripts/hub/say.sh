# shellcheck shell=bash
# What the script says goes to standard error: standard output belongs to the program that is run.

say() { printf '%s\n' "hub: $*" >&2; }
warn() { printf '%s\n' "hub: $*" >&2; }

# Stops with code 1. Code 2 is kept for "something must be installed first".
die() {
  warn "$*"
  exit 1
}
