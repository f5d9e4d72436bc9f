#pragma once
// A plate of random payload and its simulated scan, in memory, rendered when read.

#include <map>
#include <memory>
#include <vector>

#include "datasets/simulator.hpp"
#include "format/plate.hpp"
#include "format/pn.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::test {

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
class WrittenPlate final : public sem::PlateSource {
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

/// Renders field after field of a simulator; `order` names the simulator's field of each scan
/// field.
class SimulatedScan final : public FieldSource {
 public:
  SimulatedScan(sem::Simulator& simulator, std::vector<std::int64_t> order)
      : simulator_(simulator), order_(std::move(order)) {}
  explicit SimulatedScan(sem::Simulator& simulator) : simulator_(simulator) {
    for (std::int64_t field = 0; field < simulator.fields(); ++field) order_.push_back(field);
  }
  std::int64_t fields() const override { return static_cast<std::int64_t>(order_.size()); }
  FieldShape shape(std::int64_t) const override { return simulator_.shape(); }
  std::string describe(std::int64_t field) const override {
    return "simulated field " + std::to_string(field);
  }
  float black_level(std::int64_t) const override {
    return static_cast<float>(simulator_.offset_dn());
  }
  Result<> read(std::int64_t field, std::span<std::byte> frames) override {
    return simulator_.render(order_[static_cast<std::size_t>(field)], frames, nullptr);
  }

 private:
  sem::Simulator& simulator_;
  std::vector<std::int64_t> order_;
};

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

}  // namespace ostracon::test
