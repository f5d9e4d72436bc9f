#pragma once
// Files of foreign formats for fuzzers: whole ones as an input holds them, or seeds of the corpus
// of which an input says what is changed. So inputs of any bytes get beyond the signature.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_input.hpp"

namespace ostracon::fuzz {

using Bytes = std::vector<std::uint8_t>;

/// All files of `folder` in the order of their names; at least one.
inline std::vector<Bytes> seeds_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> seeds;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  require(!seeds.empty(), "there are seeds", folder.string());
  return seeds;
}

/// A seed (1 byte says which) with changes: 2 bytes a place, 1 byte how, 1 byte a value, until the
/// input ends.
inline Bytes changed_seed(Input& input, const std::vector<Bytes>& seeds) {
  Bytes bytes = seeds[input.byte() % seeds.size()];
  while (!input.rest().empty() && !bytes.empty()) {
    const std::size_t place = input.number(0, 65535) % bytes.size();
    const std::uint8_t how = input.byte(), value = input.byte();
    if (how >= 252) {  // cut off
      bytes.resize(place);
      continue;
    }
    // A byte, or what sizes and addresses are made of: 4 or 8 equal bytes behind it.
    const std::size_t count = how < 160 ? 1 : how < 208 ? 4 : 8;
    for (std::size_t i = place; i < std::min(place + count, bytes.size()); ++i)
      bytes[i] = i == place ? value : static_cast<std::uint8_t>(how % 3 == 0 ? 0 : 0xFF);
  }
  return bytes;
}

/// Bytes under a path, without a disk.
class MemoryFile {
 public:
  explicit MemoryFile(const Bytes& bytes) : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    require(file_ >= 0, "a file in memory can be made");
    const auto written = ::write(file_, bytes.data(), bytes.size());
    require(written == static_cast<ssize_t>(bytes.size()), "a file in memory can be written");
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

}  // namespace ostracon::fuzz
