#!/usr/bin/env bash
# Builds the release preset and runs every test. With CI=true it first checks the format, the
# scripts, a sanitized clang build, clang-tidy and the installed package.
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

sources() { git ls-files '*.cpp' '*.hpp' '*.cu' | grep -v '/tables/'; }

check_format() {
  say "format"
  sources | xargs clang-format --dry-run --Werror
  git ls-files 'scripts/*' 'tests/prototype/*' 'tests/slurm/*' '.ci/run' | xargs grep -lE '^#!.*bash' | xargs shellcheck -x
}

# The second compiler and the first sanitizer in one build. What simulates and reads whole scans is
# too slow under it; its quick suites are labelled.
check_clang_sanitized() {
  say "clang with address and undefined-behaviour sanitizers: build and tests"
  build asan
  run_tests build-asan -LE '^e2e$' -E prototype_renderer
}

# A minute a file on a slow core, so by default only what changed since OSTRACON_TIDY_BASE (the
# commit before this one). OSTRACON_TIDY_BASE=all: every file.
check_tidy() {
  say "clang-tidy"
  # The release build compiles sources several at a time; clang-tidy asks for each one's own flags.
  cmake --preset release -B build-tidy -DOSTRACON_UNITY=OFF >/dev/null
  local base=${OSTRACON_TIDY_BASE:-HEAD~1} folders=(core format pipeline host)
  if [[ $base == all ]] || ! git rev-parse -q --verify "$base" >/dev/null; then
    git ls-files "${folders[@]}"
  else
    git diff --name-only --diff-filter=d "$base" -- "${folders[@]}"
  fi | { grep '\.cpp$' || true; } | { grep -v '/tables/' || true; } |
    xargs -r -P "$jobs" -n 1 clang-tidy -p build-tidy --quiet
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
  check_clang_sanitized
fi
say "release: tests"
run_tests build
