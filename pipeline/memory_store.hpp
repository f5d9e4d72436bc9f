#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/recover.hpp"

namespace ostracon {

/// Payload in memory.
class MemoryStore final : public PayloadStore {
 public:
  Result<> resize(std::uint32_t pages, std::uint64_t page_bytes) override {
    page_bytes_ = page_bytes;
    bytes_.assign(pages * page_bytes, 0);
    return Ok{};
  }
  Result<> write(std::uint32_t page, std::uint64_t offset,
                 std::span<const std::uint8_t> bytes) override {
    std::copy(bytes.begin(), bytes.end(), at(page, offset));
    return Ok{};
  }
  Result<> read(std::uint32_t page, std::uint64_t offset,
                std::span<std::uint8_t> bytes) const override {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(page * page_bytes_ + offset),
                bytes.size(), bytes.begin());
    return Ok{};
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t>::iterator at(std::uint32_t page, std::uint64_t offset) {
    return bytes_.begin() + static_cast<std::ptrdiff_t>(page * page_bytes_ + offset);
  }
  std::uint64_t page_bytes_ = 0;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace ostracon
