# shellcheck shell=bash
# The bars of issue 7 for bulk recoveries, sourced by bars.sh.

# make_fields NAME BYTES: NAME.h5, a scan of one small frame a page of so many random bytes.
make_fields() {
  local folder=$work/bulk
  mkdir -p "$folder"
  [[ -e $folder/$1.h5 ]] && return
  head -c "$2" /dev/urandom >"$folder/$1"
  "$ostracon" encode "$folder/$1" -o "$folder/master-$1.h5" --page 256x256 >/dev/null
  "$ostracon" simulate "$folder/master-$1.h5" -o "$folder/$1.h5" --profile clean --frames 1 \
    >/dev/null
}

bar_7_kills() {
  local points=200 passed=0
  $quick && points=6
  OSTRACON_KILL_POINTS=$points build/tests/cli/cli_job_kills_test >"$work/kills.log" 2>&1 &&
    passed=1
  bar "$points kills of a job of 75 fields: bytes equal, nothing read twice" "$passed" \
    "$passed == 1"
  grep ' points of ' "$work/kills.log" || true
}

bar_7_jobs() {
  local passed=0
  build/tests/cli/cli_job_test >"$work/jobs.log" 2>&1 && passed=1
  bar "full disks, two jobs at once, shares, all plates" "$passed" "$passed == 1"
  passed=0
  build/tests/cli/cli_ranks_test >"$work/ranks.log" 2>&1 && passed=1
  bar "four MPI ranks, one of them killed (or skipped: no MPI)" "$passed" "$passed == 1"
}

bar_7_memory() {
  local folder=$work/bulk copies=16 peak=() scans k
  $quick && copies=4
  make_fields s64 205000
  mkdir -p "$folder/many"
  for ((k = 0; k < copies; ++k)); do cp "$folder/s64.h5" "$folder/many/$k.h5"; done
  for scans in s64.h5 many; do
    rm -rf "$folder/out" "$folder/out.report.json" "$folder/job"
    /usr/bin/time -f %M -o "$folder/peak" "$ostracon" recover "$folder/$scans" -o "$folder/out" \
      --job "$folder/job" >"$folder/log"
    peak+=("$(tail -n 1 "$folder/peak")")
  done
  local ratio
  ratio=$(awk "BEGIN { printf \"%.3f\", ${peak[1]} / ${peak[0]} }")
  bar "peak memory of $copies x 64 fields over 64 (${peak[0]} kB)" "$ratio" "$ratio <= 1.1"
}

bar_7_cores() {
  local folder=$work/bulk threads seconds=() begin
  make_fields s64 205000
  for threads in 1 2; do
    begin=$(date +%s.%N)
    "$ostracon" verify "$folder/s64.h5" --threads "$threads" >/dev/null
    seconds+=("$(awk "BEGIN { print $(date +%s.%N) - $begin }")")
  done
  local ratio
  ratio=$(awk "BEGIN { printf \"%.2f\", ${seconds[0]} / ${seconds[1]} }")
  bar "two cores over one, 62 small fields" "$ratio" "$ratio >= 1.9"
}
