#include "io/scan_source.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace ostracon::io {

std::int64_t ScanSource::fields() const {
  return groups_.empty() ? 0 : groups_.back().first_field + groups_.back().fields;
}

void ScanSource::add_group(ScanGroup group) {
  group.first_field = fields();
  groups_.push_back(std::move(group));
}

std::size_t ScanSource::group_of(std::int64_t field) const {
  assert(field >= 0 && field < fields());
  const auto after = std::upper_bound(
      groups_.begin(), groups_.end(), field,
      [](std::int64_t wanted, const ScanGroup& group) { return wanted < group.first_field; });
  return static_cast<std::size_t>(after - groups_.begin()) - 1;
}

FieldShape ScanSource::shape(std::int64_t field) const {
  return groups_[group_of(field)].info.shape;
}

std::string ScanSource::describe(std::int64_t field) const {
  const ScanGroup& group = groups_[group_of(field)];
  return group.path + " field " + std::to_string(field - group.first_field);
}

float ScanSource::black_level(std::int64_t field) const {
  const double offset = groups_[group_of(field)].info.adc_offset.value_or(0.0);
  return std::isfinite(offset) ? static_cast<float>(offset) : 0.0F;
}

Result<> ScanSource::check_room(std::int64_t field, std::size_t bytes) const {
  if (field >= 0 && field < fields() && bytes == shape(field).bytes()) return Ok{};
  return Error{ErrorCode::kInvalidArgument, "field " + std::to_string(field) + " of " +
                                                std::to_string(fields()) + " into " +
                                                std::to_string(bytes) + " bytes"};
}

Result<> check_finite(const FieldShape& shape, std::span<const std::byte> frames,
                      const std::string& what) {
  if (shape.type != PixelType::kF32) return Ok{};
  const std::size_t pixels = shape.pixels_per_frame();
  const auto* samples = reinterpret_cast<const float*>(frames.data());
  for (std::int32_t frame = 0; frame < shape.frames; ++frame, samples += pixels)
    if (!std::all_of(samples, samples + pixels, [](float value) { return std::isfinite(value); }))
      return Error{ErrorCode::kBadInput, what + ", frame " + std::to_string(frame) +
                                             ", holds a sample that is not a finite number"};
  return Ok{};
}

Result<> check_limits(std::uint64_t fields, std::uint64_t frames, std::uint64_t rows,
                      std::uint64_t cols, PixelType type, const std::string& what) {
  const auto bad = [&](const std::string& why) {
    return Error{ErrorCode::kBadInput, what + " " + why};
  };
  if (fields == 0) return bad("holds no field");
  if (frames == 0) return bad("holds fields of no frame");
  if (rows == 0 || cols == 0) return bad("holds frames of no pixel");
  const auto side_limit = static_cast<std::uint64_t>(kMaxSide);
  const auto field_bytes = static_cast<std::uint64_t>(kMaxFieldBytes);
  if (rows > side_limit || cols > side_limit || frames > static_cast<std::uint64_t>(kMaxFrames) ||
      frames * rows * cols > field_bytes / bytes_of(type) ||
      fields > static_cast<std::uint64_t>(kMaxFields))
    return bad("is of " + std::to_string(fields) + " x " + std::to_string(frames) + " x " +
               std::to_string(rows) + " x " + std::to_string(cols) + ", beyond the limits of " +
               std::to_string(kMaxFields) + " fields, " + std::to_string(kMaxSide) +
               " pixels a side, " + std::to_string(kMaxFrames) + " frames and 64 GiB a field");
  return Ok{};
}

}  // namespace ostracon::io
