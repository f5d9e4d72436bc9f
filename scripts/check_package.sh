#!/usr/bin/env bash
# Installs a finished build into a temporary folder, then configures, builds and runs a stranger's
# project that knows nothing but find_package(ostracon).
#   scripts/check_package.sh BUILD_FOLDER
set -euo pipefail
build=$(cd "${1:?which build folder?}" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/installed" >"$work/install.log"

mkdir "$work/consumer"
cat >"$work/consumer/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.24)
project(consumer LANGUAGES CXX)
find_package(ostracon REQUIRED)
add_executable(consumer consumer.cpp)
target_link_libraries(consumer PRIVATE ostracon::io ostracon::backends)
CMAKE
cat >"$work/consumer/consumer.cpp" <<'CPP'
#include <cstdio>

#include "format/page_layout.hpp"
#include "io/scan_file.hpp"
#include "pipeline/backend.hpp"

int main() {
  const auto layout = ostracon::format::PageLayout::create(
      ostracon::format::default_geometry(1280, 1280, ostracon::format::Rate::kFourFifths));
  const auto backend = ostracon::make_backend(ostracon::BackendKind::kCpu);
  const auto absent = ostracon::io::ScanReader::open("absent.h5");
  if (!layout || !backend || absent) return 1;
  std::printf("a default page holds %d codewords\n", layout.value().codewords());
}
CPP
cmake -S "$work/consumer" -B "$work/consumer/build" -G Ninja \
  -DCMAKE_PREFIX_PATH="$work/installed" >"$work/configure.log" || {
  cat "$work/configure.log" >&2
  exit 1
}
cmake --build "$work/consumer/build"
"$work/consumer/build/consumer"
"$work/installed/bin/ostracon" --version
echo "package: a consumer found, linked and ran the installed libraries"
