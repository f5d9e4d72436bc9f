# shellcheck shell=bash
# Sourced by run.sh and operating_dose.sh: makes a temporary folder with the renderer in it, goes
# there, and sets `python`. Exit status 77 (skipped) where the renderer or its modules are missing.
#   prepare_renderer PROTOTYPE_FOLDER SCRIPTS_FOLDER

skip() {
  echo "skipped: $1"
  exit 77
}

prepare_renderer() {
  local prototype=$1 scripts=$2 candidate
  [[ -f $prototype/e2elib.py ]] || skip "no renderer at $prototype"
  python=
  for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import numpy, scipy, h5py' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
  [[ -n $python ]] || skip "no Python with numpy, scipy and h5py"
  command -v cc >/dev/null || skip "no C compiler"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cp "$prototype"/*.py "$prototype"/k.c "$scripts"/*.py "$work"
  cd "$work" || exit
  cc -O2 -shared -fPIC -o k.so k.c -lm
}
