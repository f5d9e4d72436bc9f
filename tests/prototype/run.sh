#!/usr/bin/env bash
# Encodes files, images the pages with the design's numpy renderer, and reads them back: once with
# counts that are Poisson, once with Gamma noise correlated along the rows.
#   run.sh OSTRACON_PROGRAM PROTOTYPE_FOLDER
# Exit status 77 (skipped) where the renderer or its Python modules are missing.
set -euo pipefail
ostracon=$1
prototype=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/prototype/renderer.sh
source "$here/renderer.sh"
prepare_renderer "$prototype" "$here"
mkdir -p letters/deep
head -c 9000 "$here/prototype_scan.py" >letters/program.py
head -c 6000 /dev/urandom >letters/deep/noise.bin
: >letters/empty
"$ostracon" encode letters -o master.h5 --page 384x384
"$python" prototype_scan.py master.h5 scan.h5
"$ostracon" recover scan.h5 -o files
diff -r letters files/letters
"$python" prototype_scan.py master.h5 harsh.h5 --dose 300 --noise gamma --correlation 0.3
"$ostracon" recover harsh.h5 -o harsh-files
diff -r letters harsh-files/letters
echo "the same bytes from the independent renderer"
