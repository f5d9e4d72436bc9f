#!/usr/bin/env bash
# Shows the whole way on this machine: installs what is missing, builds, writes the sample files onto
# a plate, simulates a microscope's scan of it, reads the files back and compares them.
#   scripts/demo.sh [OUTPUT_FOLDER] [simulate options...]      default: demo-output
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

output=$root/demo-output
if [[ $# -ge 1 && $1 != -* ]]; then
  case $1 in /*) output=$1 ;; *) output=$here/$1 ;; esac
  shift
fi
marker=$output/.ostracon-demo
if [[ -e $output && ! -e $marker ]]; then
  echo "demo: $output stands and was not made by this script; name another folder" >&2
  exit 1
fi

step() { printf '\n== %s\n' "$1"; }

step "what the build needs"
scripts/setup.sh

step "build"
cmake --preset release >/dev/null
cmake --build --preset release --target ostracon
ostracon=$root/build/host/cli/ostracon

rm -rf "$output"
mkdir -p "$output"
touch "$marker"

step "encode: the sample files become pages of modules"
"$ostracon" encode datasets/sample -o "$output/master.h5"

step "simulate: a microscope looks at every page"
begin=$SECONDS
"$ostracon" simulate "$output/master.h5" -o "$output/scan.h5" --profile typical "$@"
echo "simulated in $((SECONDS - begin)) s"

step "recover: the images become files again"
"$ostracon" recover "$output/scan.h5" -o "$output/files" --pictures "$output/pictures"

step "compare with what was written"
diff -r --no-dereference datasets/sample "$output/files/sample"
echo "every file is verified and the same as in datasets/sample"
echo
echo "files:     $output/files/sample"
echo "report:    $output/files.report.json"
echo "pictures:  $output/pictures (raw frame, aligned mean, lattice, reliability of the first field)"
