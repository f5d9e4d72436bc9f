#!/usr/bin/env bash
# Registers, static shared memory, spills and stack of every kernel, as the assembler of nvcc tells
# them. Dynamic shared memory is the launch's choice and not among them.
#   scripts/kernel_resources.sh [ARCHITECTURE...]     default: sm_90; releases: sm_80 sm_90 sm_100
# Fails if a kernel spills registers or keeps a stack, or if there is a warning.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
[[ $# -gt 0 ]] || set -- sm_90
for architecture in "$@"; do
  for source in kernels/*.cu; do
    "$nvcc" -std=c++20 -O3 --fmad=false -arch="$architecture" -I. --resource-usage \
      -Werror=all-warnings -cubin -o /dev/null "$source" 2>&1
  done
done | c++filt | awk '
  /Compiling entry function/ { split($0, part, "\047"); kernel = part[2]; where = part[4] }
  /bytes stack frame/        { stack = $1; spilled = $5 + $9 }
  /Used [0-9]+ registers/ {
    shared = match($0, /[0-9]+ bytes smem/) ? substr($0, RSTART, RLENGTH) + 0 : 0
    printf "%s  %3d registers, %5d bytes shared, %d of stack, %d spilled: %s\n", where, $5, shared,
      stack, spilled, kernel
    kernels += 1
    bad += stack + spilled > 0
  }
  /error/ { print; bad += 1 }
  END {
    printf "%d kernels, %d with a stack or spills\n", kernels, bad
    exit kernels == 0 || bad > 0
  }'
