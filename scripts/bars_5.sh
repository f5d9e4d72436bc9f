# shellcheck shell=bash
# The bars of issue 5, sourced by bars.sh. Without a GPU: kernels on emulated threads, the compiler's
# report; what only a GPU can show is said to be open. With one: scripts/gpu_check.sh as well.

has_gpu() { "$ostracon" devices | grep -q '^cuda [0-9]'; }

# tally PROGRAM: passed, failed and skipped tests of one run.
tally() {
  local log=$work/tally.log
  "$1" >"$log" 2>&1 || true
  printf '%s %s %s\n' "$(sed -n 's/^\[  PASSED  \] \([0-9]*\) tests*\.$/\1/p' "$log")" \
    "$(grep -c '^\[  FAILED  \].* ms)$' "$log" || true)" \
    "$(grep -c '^\[  SKIPPED \].* ms)$' "$log" || true)"
}

bar_5_emulated() {
  local name passed failed skipped
  for name in stages recovery; do
    read -r passed failed skipped < <(tally "build/tests/kernels/cuda_emulated_${name}_test")
    bar "kernels on emulated threads, $name: tests failed of $passed (0)" "$failed, skipped $skipped" \
      "$passed > 0 && $failed == 0 && $skipped == 0"
  done
}

bar_5_compiled() {
  local name passed failed skipped
  if [[ ! -x build/tests/kernels/cuda_stages_test ]]; then
    echo "nvcc 13 was not found by this build: the kernels were not compiled for GPUs"
    return
  fi
  for name in stages recovery; do
    read -r passed failed skipped < <(tally "build/tests/kernels/cuda_${name}_test")
    if has_gpu; then
      bar "suites on the GPU, $name: failed of $passed (0)" "$failed" "$failed == 0 && $skipped == 0"
    else
      bar "without a GPU, $name: skipped, and none passed (0)" "$skipped, passed $passed" \
        "$skipped > 0 && $passed + 0 == 0 && $failed == 0"
    fi
  done
  scripts/kernel_resources.sh >"$work/resources.txt" || true
  bar "kernels with a stack or spills (0)" "$(tail -n 1 "$work/resources.txt")" \
    "$(sed -n 's/^[0-9]* kernels, \([0-9]*\) with.*/\1/p' "$work/resources.txt") == 0"
}

bar_5_gpu() {
  if has_gpu; then
    local status=0
    scripts/gpu_check.sh build "$work/gpu-report.txt" || status=$?
    bar "suites, sanitizers, the same bytes on a GPU" "status $status" "$status == 0"
  else
    echo "no GPU: 100 Gpx/s resident, 90 % of a copy, 80 % of a file reading, 28 Gb/s of LDPC are open"
  fi
}
