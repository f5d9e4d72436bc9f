#!/usr/bin/env bash
# Encodes files, images the pages with the design's numpy renderer, and reads them back.
#   run.sh OSTRACON_PROGRAM PROTOTYPE_FOLDER
# Exit status 77 (skipped) where the renderer or its Python modules are missing.
set -euo pipefail
ostracon=$1
prototype=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
  echo "skipped: $1"
  exit 77
}

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
cp "$prototype"/*.py "$prototype"/k.c "$here/prototype_scan.py" "$work"
cd "$work"
cc -O2 -shared -fPIC -o k.so k.c -lm
mkdir -p letters/deep
head -c 9000 "$here/prototype_scan.py" >letters/program.py
head -c 6000 /dev/urandom >letters/deep/noise.bin
: >letters/empty
"$ostracon" encode letters -o master.h5 --page 384x384
"$python" prototype_scan.py master.h5 scan.h5
"$ostracon" recover scan.h5 -o files
diff -r letters files/letters
echo "the same bytes from the independent renderer"
