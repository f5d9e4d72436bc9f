#!/usr/bin/env bash
# Builds the release preset and runs every test. With CI=true it first checks the format, the
# scripts, a clang build, the sanitizers, clang-tidy and the installed package.
#   scripts/test.sh
#   CI=true scripts/test.sh
# The closing lines are those of ctest on the release build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs=$(nproc)

say() { printf '\n== %s (%d s so far)\n' "$1" "$SECONDS"; }

build() {  # build PRESET [TARGET...]
  local preset=$1
  shift
  cmake --preset "$preset"
  cmake --build --preset "$preset" -- -j"$jobs" "$@"
}

run_tests() {  # run_tests BUILD_FOLDER [CTEST_ARGUMENT...]
  local folder=$1
  shift
  ctest --test-dir "$folder" --output-on-failure --parallel "$jobs" "$@"
}

sources() { git ls-files '*.cpp' '*.hpp' | grep -v '/tables/'; }

check_format() {
  say "format"
  sources | xargs clang-format --dry-run --Werror
  git ls-files 'scripts/*' '.ci/run' | xargs grep -lE '^#!.*bash' | xargs shellcheck
}

check_clang() {
  say "clang: build and tests"
  build clang
  run_tests build-clang
}

# check_parts PRESET PART...: builds and runs the tests of these folders below tests/.
check_parts() {
  local preset=$1
  shift
  local targets=() part
  for part in "$@"; do
    [[ -e tests/$part/CMakeLists.txt ]] && targets+=("tests/$part/all")
  done
  build "$preset" "${targets[@]}"
  for part in "${targets[@]}"; do
    run_tests "build-$preset/${part%/all}"
  done
}

# Bytes from files, and work shared by threads: where a sanitizer earns its time.
check_sanitizers() {
  say "address and undefined-behaviour sanitizers"
  check_parts asan core format io stages cli
  say "thread sanitizer"
  build tsan tests/pipeline/all tests/datasets/all
  TSAN_OPTIONS="suppressions=$PWD/cmake/tsan.supp" run_tests build-tsan/tests/datasets
  TSAN_OPTIONS="suppressions=$PWD/cmake/tsan.supp" run_tests build-tsan/tests/pipeline -L e2e-small
}

# A minute a file on a slow core, so by default only what changed since OSTRACON_TIDY_BASE (the
# commit before this one). OSTRACON_TIDY_BASE=all: every file.
check_tidy() {
  say "clang-tidy"
  local base=${OSTRACON_TIDY_BASE:-HEAD~1} folders=(core format pipeline host)
  if [[ $base == all ]] || ! git rev-parse -q --verify "$base" >/dev/null; then
    git ls-files "${folders[@]}"
  else
    git diff --name-only --diff-filter=d "$base" -- "${folders[@]}"
  fi | { grep '\.cpp$' || true; } | { grep -v '/tables/' || true; } |
    xargs -r -P "$jobs" -n 1 clang-tidy -p build --quiet
}

check_package() {
  say "the installed package"
  scripts/check_package.sh build
}

scripts/setup.sh ${CI:+--ci}
if [[ ${CI-} == true ]]; then
  check_format
fi
say "release: build"
build release
if [[ ${CI-} == true ]]; then
  check_package
  check_tidy
  check_clang
  check_sanitizers
fi
say "release: tests"
run_tests build
