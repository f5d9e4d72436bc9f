#!/usr/bin/env bash
# Installs the Debian 12 packages that building and testing need. Does nothing, quickly, when all of
# them are there.
#   scripts/setup.sh         what the build and the tests need
#   scripts/setup.sh --ci    and what .ci/run needs besides (clang, clang-format, clang-tidy, ...)
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache
  libhdf5-dev nlohmann-json3-dev libarchive-dev libpng-dev libjpeg-dev libssl-dev
  libblosc-dev libdeflate-dev liblz4-dev libaec-dev libzstd-dev
  libtbb-dev libhwy-dev libisal-dev libopencv-core-dev libopencv-imgproc-dev
  libopenmpi-dev openmpi-bin
  libcli11-dev libspdlog-dev libfmt-dev libtiff-dev
  libgtest-dev libgmock-dev
  libqrencode-dev libzxing-dev
)
if [[ ${1-} == --ci ]]; then
  packages+=(clang clang-format clang-tidy libclang-rt-14-dev shellcheck time
    python3-numpy python3-scipy python3-h5py python3-tifffile)
elif [[ $# -gt 0 ]]; then
  sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "setup: all ${#packages[@]} packages are installed"
  exit 0
fi

echo "setup: installing ${missing[*]}"
as_root=()
if [[ $EUID -ne 0 ]]; then
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends "${missing[@]}"
echo "setup: done"
