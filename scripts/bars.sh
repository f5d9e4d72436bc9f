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

bar_1_overhead() {
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

bar_1_reproducible() {
  make_plate
  # shellcheck disable=SC2046
  "$ostracon" encode datasets/sample -o "$work/again.h5" $(page_options) >/dev/null
  "$ostracon" inspect "$work/master.h5" --json >"$work/a.json"
  "$ostracon" inspect "$work/again.h5" --json >"$work/b.json"
  local same=0
  cmp -s "$work/a.json" "$work/b.json" && same=1
  bar "the same files give the same plate" "$same" "$same == 1"
}

bar_1_round_trip() {
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
