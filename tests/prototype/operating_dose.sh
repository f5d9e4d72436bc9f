#!/usr/bin/env bash
# Compares the operating dose on the independent renderer's images with the simulator's.
#   operating_dose.sh OSTRACON_PROGRAM PROTOTYPE_FOLDER [options of operating_dose.py]
# Exit status 77 (skipped) where the renderer or its Python modules are missing.
set -euo pipefail
ostracon=$(realpath "$1")
prototype=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/prototype/renderer.sh
source "$here/renderer.sh"
prepare_renderer "$prototype" "$here"
"$python" operating_dose.py "$ostracon" "${@:3}"
