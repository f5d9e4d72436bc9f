#!/usr/bin/env bash
# Builds the fuzzers of tests/fuzz with clang, and runs each for some time on one core. What they
# learn stays in build-fuzz/corpus; an input that breaks a property is left in build-fuzz/findings,
# and the script then ends with status 1.
#   scripts/fuzz.sh            60 s each
#   scripts/fuzz.sh 600        600 s each
#   scripts/fuzz.sh 600 NAME   that one alone: page_header, scan_file, picture, stream ...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
only=${2:-}
folder=build-fuzz

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
mkdir -p "$folder/findings"
status=0
for fuzzer in "$folder"/tests/fuzz/*_fuzzer; do
  name=$(basename "$fuzzer" _fuzzer)
  [[ -z $only || $only == "$name" ]] || continue
  mkdir -p "$folder/corpus/$name"
  printf '\n== %s, %s s\n' "$name" "$seconds"
  # Longer inputs tell nothing new, and such as grow byte by byte take too long where every one
  # costs a tenth of a second. Files of foreign formats are mutated as wholes.
  longest=256
  leaks=1
  [[ $name != scan_file ]] || leaks=0 # HDF5's own: tests/fuzz/CMakeLists.txt
  corpora=("$folder/corpus/$name")
  if [[ -d tests/fuzz/corpus/$name ]]; then
    longest=65536
    corpora+=("tests/fuzz/corpus/$name")
  fi
  "$fuzzer" -max_total_time="$seconds" -max_len="$longest" -len_control=0 -timeout=60 \
    -detect_leaks="$leaks" -rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$folder/findings/$name-" "${corpora[@]}" 2>&1 |
    grep -E 'ERROR|SUMMARY|broken|Test unit|cov:|^stat::|#[0-9]+' |
    { grep -vE 'REDUCE|NEW|pulse|RELOAD' || true; } || status=1
done
exit "$status"
