#!/usr/bin/env bash
# Tries the CUDA backend on a machine with a GPU and leaves one report. Runs in a bundle
# (scripts/bundle.sh) or in a build folder.
#   gpu_check.sh [FOLDER] [REPORT]      default: where this script lies, FOLDER/gpu-report.txt
# Fails if a suite fails, if compute-sanitizer finds something, or if a plate does not come back.
set -uo pipefail
folder=$(cd "${1:-$(dirname "${BASH_SOURCE[0]}")}" && pwd)
report=${2:-$folder/gpu-report.txt}
export OSTRACON_REQUIRE_CUDA=1
[[ -d $folder/lib || ! -e $folder/lib.tar.xz ]] || tar -C "$folder" -xJf "$folder/lib.tar.xz" || exit 4
[[ ! -d $folder/lib ]] || export LD_LIBRARY_PATH=$folder/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

find_program() {
  find "$folder" -name "$1" -type f -perm -u+x -print -quit
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
step() { # step NAME COMMAND...: its last lines and its outcome go into the report
  local name=$1 started=$SECONDS status=0
  shift
  printf '\n== %s\n' "$name"
  "$@" >"$work/log" 2>&1 || status=$?
  tail -n 40 "$work/log"
  printf -- '-- %s: %s, %d s\n' "$name" "$( ((status == 0)) && echo passed || echo "FAILED ($status)")" \
    $((SECONDS - started))
  ((status == 0)) || failed=1
}

check() {
  local program stages recovery bench tool sanitizer
  program=$(find_program ostracon)
  stages=$(find_program cuda_stages_test)
  recovery=$(find_program cuda_recovery_test)
  bench=$(find_program ldpc_gpu_bench)
  sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
  date -u +'%Y-%m-%d %H:%M UTC'
  if ! "$program" devices | grep '^cuda [0-9]'; then
    echo "gpu check: this machine has no GPU that CUDA can use"
    return 2
  fi
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
  step "devices" "$program" devices
  step "suites and equality tests" "$stages" --gtest_brief=1
  step "the whole chain" "$recovery" --gtest_brief=1
  if [[ -x $sanitizer ]]; then
    for tool in memcheck racecheck initcheck synccheck; do
      # The codes' own suites take thousands of codewords: the equality tests run every kernel.
      step "$tool" "$sanitizer" --tool "$tool" --error-exitcode 9 "$stages" \
        --gtest_filter='*Equal*:*Fft*' --gtest_brief=1
    done
  else
    printf '\nno compute-sanitizer on this machine\n'
  fi
  head -c 400000 /dev/urandom >"$work/letter"
  step "encode" "$program" encode "$work/letter" -o "$work/master.h5"
  step "simulate" "$program" simulate "$work/master.h5" -o "$work/scan.h5"
  for backend in cuda cpu; do
    step "recover on $backend" "$program" recover "$work/scan.h5" -o "$work/$backend" \
      --backend "$backend"
  done
  step "the same bytes" cmp "$work/cuda/letter" "$work/cpu/letter"
  step "inner decoder" "$bench"
  step "stages, CPU and CUDA" "$(find_program stage_bench)"
  step "rate of reading back" "$program" bench --backend cuda
  ((failed == 0)) && echo "gpu check: all passed" || echo "gpu check: FAILED"
  return "$failed"
}

check 2>&1 | tee "$report"
exit "${PIPESTATUS[0]}"
