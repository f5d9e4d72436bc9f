#pragma once
// A plate of random payload, in memory: for tests, benches and whoever wants a standard plate.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "datasets/plate_source.hpp"
#include "format/plate.hpp"
#include "format/pn.hpp"

namespace ostracon::sem {

/// `size` reproducible bytes.
class RandomBytes final : public format::ByteSource {
 public:
  explicit RandomBytes(std::uint64_t size, std::uint64_t seed = 1) : bytes_(size) {
    for (std::size_t i = 0; i < bytes_.size(); ++i)
      bytes_[i] = static_cast<std::uint8_t>(format::pn_word(seed, i) >> 56);
  }
  std::uint64_t size() const override { return bytes_.size(); }
  Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    if (offset + to.size() > bytes_.size())
      return Error{ErrorCode::kInvalidArgument, "read beyond the end"};
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), to.size(), to.begin());
    return Ok{};
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// All pages of a plate, one bit per byte.
class WrittenPlate final : public PlateSource {
 public:
  static Result<std::unique_ptr<WrittenPlate>> write(const format::PlateParameters& parameters,
                                                     const format::ByteSource& stream,
                                                     std::uint8_t plate_number = 7) {
    Uuid uuid;
    uuid.bytes.fill(plate_number);
    OSTRACON_TRY_ASSIGN(auto plan, format::PlatePlan::create(parameters, stream.size(), uuid));
    auto plate = std::unique_ptr<WrittenPlate>(new WrittenPlate(std::move(plan)));
    plate->pages_.resize(plate->plan_.groups().page_count());
    OSTRACON_TRY(format::encode_plate(
        plate->plan_, stream, [&](std::uint32_t page, std::span<const std::uint8_t> modules) {
          plate->pages_[page].assign(modules.begin(), modules.end());
          return Result<>(Ok{});
        }));
    return plate;
  }

  const format::PlatePlan& plan() const { return plan_; }
  std::uint32_t pages() const override { return static_cast<std::uint32_t>(pages_.size()); }
  std::int32_t page_rows() const override { return plan_.parameters().geometry.rows; }
  std::int32_t page_cols() const override { return plan_.parameters().geometry.cols; }
  Position position(std::uint32_t page) const override {
    const auto at = plan_.position(page);
    return {at.row, at.col};
  }
  double pitch_nm() const override { return plan_.parameters().pitch_pm * 1e-3; }
  std::int32_t gap_modules() const override { return plan_.parameters().gap_modules; }
  Result<> read(std::uint32_t page, std::span<std::uint8_t> modules) override {
    std::copy(pages_[page].begin(), pages_[page].end(), modules.begin());
    return Ok{};
  }

 private:
  explicit WrittenPlate(format::PlatePlan plan) : plan_(std::move(plan)) {}
  format::PlatePlan plan_;
  std::vector<std::vector<std::uint8_t>> pages_;
};

}  // namespace ostracon::sem
