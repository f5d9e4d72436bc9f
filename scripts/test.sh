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

# Bytes from files and across threads: where a sanitizer earns its time.
check_sanitizers() {
  say "address and undefined-behaviour sanitizers"
  build asan tests/core/all tests/format/all tests/io/all tests/cli/all
  for part in core format io cli; do
    run_tests "build-asan/tests/$part"
  done
  say "thread sanitizer"
  build tsan tests/pipeline/all
  TSAN_OPTIONS="suppressions=$PWD/cmake/tsan.supp" run_tests build-tsan/tests/pipeline
}

check_tidy() {
  say "clang-tidy"
  git ls-files 'core/*.cpp' 'format/*.cpp' 'pipeline/*.cpp' 'host/*.cpp' | grep -v '/tables/' |
    xargs -P "$jobs" -n 4 clang-tidy -p build --quiet
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
