#!/usr/bin/env bash
# Makes a folder that runs on another Linux machine of the same C library or newer: the program, the
# suites and benches of the CUDA backend where they are built, and the shared libraries they need,
# without the C library itself and without CUDA's: on a GPU node the driver and the CUDA 13 toolkit
# are there, and cuFFT is loaded from their usual places. gpu_check.sh in it tries all on the node.
#   scripts/bundle.sh [BUILD_FOLDER] [OUTPUT_FOLDER]      default: build, bundle
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
in_caller() { case $1 in /*) echo "$1" ;; *) echo "$here/$1" ;; esac; }

build=$(if [[ $# -ge 1 ]]; then in_caller "$1"; else echo "$root/build"; fi)
output=$(if [[ $# -ge 2 ]]; then in_caller "$2"; else echo "$root/bundle"; fi)
program=$build/host/cli/ostracon
if [[ ! -x $program ]]; then
  echo "bundle: $program is not there; build first (scripts/test.sh or scripts/demo.sh)" >&2
  exit 1
fi
if [[ -e $output ]]; then
  if [[ ! -x $output/ostracon ]]; then
    echo "bundle: $output stands and is no bundle; it is left alone" >&2
    exit 1
  fi
  rm -r "$output"
fi
mkdir -p "$output/bin" "$output/lib"
programs=("$program")
for name in tests/kernels/cuda_stages_test tests/kernels/cuda_recovery_test bench/ldpc_gpu_bench \
  bench/stage_bench; do
  [[ ! -x $build/$name ]] || programs+=("$build/$name")
done
cp "${programs[@]}" "$output/bin/"
strip "$output"/bin/*
cp scripts/gpu_check.sh "$output/"

# What belongs to the machine: the loader and the C library's own family.
machine='^(linux-vdso|ld-linux.*|libc|libm|libdl|librt|libpthread|libresolv|libutil)\.so'
ldd "${programs[@]}" | { grep '=>' || true; } | sort -u | while read -r name arrow path _; do
  if [[ $arrow == '=>' && $path == 'not' ]]; then
    echo "bundle: $name is not found" >&2
    exit 1
  fi
  if [[ $arrow == '=>' && ! $name =~ $machine ]]; then
    cp -L "$path" "$output/lib/$name"
  fi
done

# Packed, for a library of character data alone has 30 MB: half the folder.
libraries=$(find "$output/lib" -type f | wc -l)
tar -C "$output" -cJf "$output/lib.tar.xz" lib
rm -r "${output:?}/lib"

cat >"$output/ostracon" <<'LAUNCH'
#!/bin/sh
# Libraries are unpacked by the first run.
here=$(dirname "$(readlink -f "$0")")
[ -d "$here/lib" ] || tar -C "$here" -xJf "$here/lib.tar.xz" || exit 4
LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/bin/ostracon" "$@"
LAUNCH
chmod +x "$output/ostracon"
echo "bundle: $output ($(du -sh "$output" | cut -f1), $libraries libraries)"
"$output/ostracon" --version
rm -r "${output:?}/lib"
