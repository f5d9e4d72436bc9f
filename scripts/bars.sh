#!/usr/bin/env bash
# Runs the program for every bar of an issue and prints the bar, its figure and whether it is met.
#   scripts/bars.sh [ISSUE] [--quick]      default: all; --quick: small plates, fewer repeats
# Needs the release build (scripts/test.sh). Ends with status 1 if a bar is missed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

issue=all
quick=false
for argument in "$@"; do
  case $argument in
    --quick) quick=true ;;
    [0-9]*) issue=$argument ;;
    *)
      sed -n '2,4s/^# \{0,1\}//p' "$0" >&2
      exit 2
      ;;
  esac
done

ostracon=$PWD/build/host/cli/ostracon
if [[ ! -x $ostracon ]]; then
  echo "bars: $ostracon is not there; run scripts/test.sh first" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missed=0

# bar NAME FIGURE CONDITION: CONDITION is arithmetic of awk that holds if the bar is met.
bar() {
  local verdict=met
  if ! awk "BEGIN { exit !($3) }"; then
    verdict=MISSED
    missed=$((missed + 1))
  fi
  printf '%-58s %18s  %s\n' "$1" "$2" "$verdict"
}

# page_options: a default page, or a small one under --quick.
page_options() { if $quick; then echo "--page 384x384"; else echo "--page 1280x1280"; fi; }

# field JSON_FILE KEY: the number behind "KEY": at its first place.
field() { sed -n "s/.*\"$2\": *\([0-9.eE+-]*\).*/\1/p" "$1" | head -n 1; }

make_plate() {  # once: master.h5 of the sample files
  [[ -e $work/master.h5 ]] && return
  # shellcheck disable=SC2046  # options are words
  "$ostracon" encode datasets/sample -o "$work/master.h5" $(page_options) >/dev/null
}

bar_2_overhead() {
  "$ostracon" encode LICENSE -o "$work/default.h5" >/dev/null
  "$ostracon" inspect "$work/default.h5" --json >"$work/default.json"
  local codewords
  codewords=$(field "$work/default.json" codewords)
  bar "codewords on a default page (>= 152)" "$codewords" "$codewords >= 152"
  local overhead
  overhead=$(awk "BEGIN { printf \"%.3f\", 100 * (1 - $codewords * 10560 / (1280 * 1280)) }")
  bar "modules of a default page that carry no codeword (<= 2.05 %)" "$overhead %" \
    "$overhead <= 2.05"
}

bar_2_reproducible() {
  make_plate
  # shellcheck disable=SC2046
  "$ostracon" encode datasets/sample -o "$work/again.h5" $(page_options) >/dev/null
  "$ostracon" inspect "$work/master.h5" --json >"$work/a.json"
  "$ostracon" inspect "$work/again.h5" --json >"$work/b.json"
  local same=0
  cmp -s "$work/a.json" "$work/b.json" && same=1
  bar "the same files give the same plate" "$same" "$same == 1"
}

bar_2_round_trip() {
  make_plate
  local profile status lost begin seconds
  for profile in clean typical; do
    rm -rf "$work/files" "$work/files.report.json"
    "$ostracon" simulate "$work/master.h5" -o "$work/scan.h5" --profile "$profile" --force \
      >/dev/null
    begin=$(date +%s.%N)
    status=0
    "$ostracon" recover "$work/scan.h5" -o "$work/files" >"$work/recover.log" || status=$?
    seconds=$(awk "BEGIN { print $(date +%s.%N) - $begin }")
    lost=$(diff -r --no-dereference datasets/sample "$work/files/sample" 2>&1 | wc -l)
    bar "profile $profile: exit status of recover" "$status" "$status == 0"
    bar "profile $profile: differences to the files written" "$lost" "$lost == 0"
    printf '  %s (%.1f s)\n' "$(grep 'Mpx/s' "$work/recover.log" || echo 'no speed told')" \
      "$seconds"
  done
}

# The payload of issue 2: empty and 1-byte files, deep paths, Unicode, 2 MB, executables, links.
make_mixed() {  # make_mixed FOLDER BYTES
  local folder=$1 bytes=$2
  mkdir -p "$folder/a/very/deep/path/of/many/folders"
  : >"$folder/empty"
  printf 'x' >"$folder/one"
  head -c $((bytes / 2)) /dev/urandom >"$folder/large.bin"
  head -c $((bytes / 4)) /dev/urandom >"$folder/a/very/deep/path/of/many/folders/file"
  head -c $((bytes / 4)) /dev/zero | tr '\0' 'k' >"$folder/Ὄστρακον κόσμος.txt"
  cp scripts/demo.sh "$folder/run me.sh"
  ln -s large.bin "$folder/link"
}

# round_trip NAME BYTES "ENCODE OPTIONS" "SIMULATE OPTIONS": writes, scans, reads, compares.
round_trip() {
  local name=$1 bytes=$2 encode=$3 simulate=$4
  local folder=$work/trip status=0 differences
  rm -rf "$folder"
  mkdir -p "$folder"
  make_mixed "$folder/mixed" "$bytes"
  # shellcheck disable=SC2086  # options are words
  "$ostracon" encode "$folder/mixed" -o "$folder/m.h5" $encode >/dev/null
  # shellcheck disable=SC2086
  "$ostracon" simulate "$folder/m.h5" -o "$folder/s.h5" --profile typical $simulate >/dev/null
  "$ostracon" recover "$folder/s.h5" -o "$folder/files" >"$folder/log" || status=$?
  differences=$(diff -r --no-dereference "$folder/mixed" "$folder/files/mixed" 2>&1 | wc -l)
  bar "$name: bytes equal, all verified" "status $status, $differences differ" \
    "$status == 0 && $differences == 0"
  sed -n 's/^codewords/    codewords/p; s/^\(.*Mpx in.*\)/    \1/p' "$folder/log"
}

bar_2_typical() {
  local bytes=4000000
  $quick && bytes=60000
  # shellcheck disable=SC2046
  round_trip "typical, $bytes bytes" "$bytes" "$(page_options)" ""
}

bar_2_variants() {
  local bytes=400000 page
  page=$(page_options)
  $quick && bytes=48000
  local options
  for options in "--turn 90" "--turn 180" "--turn 270" "--mirrored" "--inverted" "--bits 16" \
    "--bits 32" "--frames 4" "--frames 2" "--pixels-per-module 2" "--pixels-per-module 2.5" \
    "--pixels-per-module 4" "--pixels-per-module 5"; do
    round_trip "$options" "$bytes" "$page" "$options"
  done
  local rate
  for rate in 1/3 1/2 2/3; do round_trip "rate $rate" "$bytes" "$page --rate $rate" ""; done
  # With 2 % damage rate 8/9 wants more than the profile's N_e 150 (docs/benchmarks.md).
  round_trip "rate 8/9 at N_e 300" "$bytes" "$page --rate 8/9" "--dose 300"
  for page in 256x256 384x640 2048x2048; do
    $quick && [[ $page == 2048x2048 ]] && continue
    round_trip "pages of $page" "$bytes" "--page $page" ""
  done
}

bar_2_lost_pages() {
  local folder=$work/lost status
  mkdir -p "$folder"
  make_mixed "$folder/mixed" 60000
  "$ostracon" encode "$folder/mixed" -o "$folder/m.h5" --page 256x256 >/dev/null
  "$ostracon" inspect "$folder/m.h5" --json >"$folder/m.json"
  local parity last
  parity=$(field "$folder/m.json" parity_pages)
  last=$(seq -s, 0 $((parity - 1)))
  "$ostracon" simulate "$folder/m.h5" -o "$folder/s.h5" --profile typical --drop-fields "$last" \
    >/dev/null
  status=0
  "$ostracon" recover "$folder/s.h5" -o "$folder/files" >/dev/null || status=$?
  bar "m = $parity pages of a group missing: exit status" "$status" "$status == 0"
  "$ostracon" simulate "$folder/m.h5" -o "$folder/t.h5" --profile typical \
    --drop-fields "$last,$parity" >/dev/null
  status=0
  "$ostracon" recover "$folder/t.h5" -o "$folder/holes" >"$folder/log" || status=$?
  bar "one page more missing: exit status" "$status" "$status == 1"
  local wrong=0 path
  while IFS= read -r path; do
    cmp -s "$folder/mixed/$path" "$folder/holes/mixed/$path" || wrong=$((wrong + 1))
  done < <(cd "$folder/holes/mixed" 2>/dev/null && find . -type f)
  bar "files that came out of it and are not right" "$wrong" "$wrong == 0"
  grep -E '^ +lost' "$folder/log" | head -n 4 || true
}

bar_2_speed() {
  local pages=2
  $quick && pages=1
  build/bench/read_bench --threads 1 --pages "$pages" >"$work/speed.json"
  local speed
  speed=$(tail -n 1 "$work/speed.json" | sed 's/.*"cpu_mpx_per_s":\([0-9.]*\).*/\1/')
  bar "whole chain, 3 px/module, 8 frames (>= 36 Mpx/s a core)" "$speed Mpx/s" "$speed >= 36"
  tail -n 1 "$work/speed.json"
}

bar_2_memory() {
  local folder=$work/memory fields peak=() bytes
  mkdir -p "$folder"
  for fields in 8 64; do
    # 256 x 256 pages hold 4 codewords of 1053 bytes; two of ten pages are parity.
    bytes=$((fields == 8 ? 16000 : 205000))
    head -c "$bytes" /dev/urandom >"$folder/file"
    "$ostracon" encode "$folder/file" -o "$folder/m$fields.h5" --page 256x256 >/dev/null
    "$ostracon" simulate "$folder/m$fields.h5" -o "$folder/s$fields.h5" --profile typical >/dev/null
    /usr/bin/time -f %M -o "$folder/peak" "$ostracon" verify "$folder/s$fields.h5" >/dev/null
    peak+=("$(cat "$folder/peak")")
  done
  local ratio
  ratio=$(awk "BEGIN { printf \"%.3f\", ${peak[1]} / ${peak[0]} }")
  bar "peak memory of 64 fields over 8 (${peak[0]} kB)" "$ratio" "$ratio <= 1.1"
}

bar_2_dose() {
  local pages=20 dose=120
  $quick && pages=2
  build/bench/read_bench --pages "$pages" --set damage=0 --set "dose=$dose" --seed 11 \
    >"$work/dose.json"
  local lost
  lost=$(tail -n 1 "$work/dose.json" | sed 's/.*"lost":\([0-9]*\).*/\1/')
  bar "codewords lost of $((pages * 152)) at N_e $dose, sigma 0.3 (<= 3)" "$lost" "$lost <= 3"
}

# What needs damaged, hostile or reordered scans is tested in memory; these are its test suites.
bar_2_tests() {
  local passed
  ctest --test-dir build -j 2 >"$work/tests.log" 2>&1 || true
  passed=$(sed -n 's/^\([0-9]*\)% tests passed.*/\1/p' "$work/tests.log")
  bar "all tests: hostile and damaged scans, bad input, the other renderer" "${passed:-0} %" \
    "${passed:-0} == 100"
}

# shellcheck source=scripts/bars_3.sh
source scripts/bars_3.sh
# shellcheck source=scripts/bars_4.sh
source scripts/bars_4.sh
# shellcheck source=scripts/bars_5.sh
source scripts/bars_5.sh
# shellcheck source=scripts/bars_6.sh
source scripts/bars_6.sh
# shellcheck source=scripts/bars_7_jobs.sh
source scripts/bars_7_jobs.sh

for function in $(declare -F | awk '{print $3}' | grep '^bar_'); do
  number=${function#bar_}
  number=${number%%_*}
  if [[ $issue == all || $issue == "$number" ]]; then
    "$function"
  fi
done
if [[ $missed -gt 0 ]]; then
  echo "bars: $missed missed"
  exit 1
fi
echo "bars: all met"
