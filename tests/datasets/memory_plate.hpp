#pragma once
// A plate of random bits in memory, and helpers to render and look at its fields.

#include <cmath>
#include <cstring>
#include <vector>

#include "datasets/random.hpp"
#include "datasets/simulator.hpp"

namespace ostracon::sem {

class MemoryPlate final : public PlateSource {
 public:
  MemoryPlate(std::uint32_t pages, std::int32_t rows, std::int32_t cols, bool random = true)
      : rows_(rows), cols_(cols) {
    for (std::uint32_t page = 0; page < pages; ++page) {
      Random bits(stream_seed(99, page, Purpose::kPixels));
      auto& modules = modules_.emplace_back(static_cast<std::size_t>(rows) * std::size_t(cols));
      for (auto& module : modules) module = random ? static_cast<std::uint8_t>(bits.word() & 1) : 0;
    }
  }
  std::uint32_t pages() const override { return static_cast<std::uint32_t>(modules_.size()); }
  std::int32_t page_rows() const override { return rows_; }
  std::int32_t page_cols() const override { return cols_; }
  Position position(std::uint32_t page) const override {
    return {0, static_cast<std::int64_t>(page) * (cols_ + gap_modules())};
  }
  double pitch_nm() const override { return 49; }
  std::int32_t gap_modules() const override { return 16; }
  Result<> read(std::uint32_t page, std::span<std::uint8_t> modules) override {
    std::copy(modules_[page].begin(), modules_[page].end(), modules.begin());
    return Ok{};
  }

  std::vector<std::uint8_t>& modules(std::uint32_t page) { return modules_[page]; }

 private:
  std::int32_t rows_, cols_;
  std::vector<std::vector<std::uint8_t>> modules_;
};

/// One motionless frame in float electrons: no noise worth the name, no shading, no dirt.
inline Profile still_profile() {
  Profile profile;
  profile.noise.electrons_per_module = 1e8;
  profile.noise.detector_sigma_electrons = 0;
  profile.scan.frames = 1;
  profile.adc.bits = 32;
  return profile;
}

struct Rendered {
  FieldShape shape;
  std::vector<std::byte> bytes;
  FieldTruth truth;

  std::size_t index(std::int32_t frame, std::int32_t y, std::int32_t x) const {
    return (static_cast<std::size_t>(frame) * std::size_t(shape.rows) + std::size_t(y)) *
               std::size_t(shape.cols) +
           std::size_t(x);
  }
  /// Electrons of a pixel in units of the bright level, whatever the pixel type.
  double level(std::int32_t frame, std::int32_t y, std::int32_t x) const {
    const std::byte* at = bytes.data() + index(frame, y, x) * bytes_of(shape.type);
    double dn = 0;
    if (shape.type == PixelType::kU8) {
      dn = std::to_integer<int>(*at);
    } else if (shape.type == PixelType::kU16) {
      std::uint16_t stored;
      std::memcpy(&stored, at, sizeof stored);
      dn = stored;
    } else {
      float stored;
      std::memcpy(&stored, at, sizeof stored);
      dn = static_cast<double>(stored);
    }
    return (dn - truth.offset_dn) / truth.dn_per_electron / truth.bright_electrons;
  }
};

/// Result of `render`, or an empty one if anything failed.
inline Rendered render(const Profile& profile, PlateSource& plate, std::uint64_t seed = 1,
                       std::int64_t field = 0) {
  Rendered rendered;
  auto simulator = Simulator::create(profile, plate, seed);
  if (!simulator) return rendered;
  rendered.bytes.resize(simulator.value().shape().bytes());
  if (!simulator.value().render(field, rendered.bytes, &rendered.truth)) return rendered;
  rendered.shape = simulator.value().shape();
  return rendered;
}

}  // namespace ostracon::sem
