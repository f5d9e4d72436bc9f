#pragma once
// The standard field: a page of random payload as the simulated microscope shows it.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::rate {

/// A page filled with payload: the first of a plate with one data page and its parity.
struct StandardField {
  FieldShape shape;
  std::vector<std::byte> frames;  ///< shape.bytes()
  float black = 0;
  double pixel_size_m = 0, dn_per_electron = 0;
  std::int32_t rows = 0, cols = 0;  ///< of the page, modules
  std::int32_t codewords = 0;
  double parity = 0;                  ///< parity pages per data page of a large plate
  std::vector<std::uint8_t> payload;  ///< what is written on the page
};

/// The profile "typical" (8 frames, 3 px a module, sigma 0.3, 150 electrons a module), rate 0.8;
/// the same field on every machine. kInvalidArgument if there is no page of rows x cols modules.
Result<StandardField> make_standard_field(std::int32_t rows, std::int32_t cols);

/// The field where it lies in memory: nobody copies it, and what lies on a device is not uploaded.
class ResidentScan final : public FieldSource {
 public:
  /// In staging memory of `memory`, which must outlive it. kOutOfMemory, kDevice.
  static Result<ResidentScan> in_staging(const StandardField& field, Memory& memory);
  /// In the memory of every device that `make_lane` makes lanes of: at most kMostDevices.
  /// Errors: those of the backends; kInvalidArgument if theirs is the host's.
  static Result<ResidentScan> on_devices(const StandardField& field,
                                         const BackendFactory& make_lane);
  static constexpr std::size_t kMostDevices = 64;

  std::int64_t fields() const override { return 1; }
  FieldShape shape(std::int64_t) const override { return shape_; }
  std::string describe(std::int64_t) const override { return "the standard field"; }
  float black_level(std::int64_t) const override { return black_; }
  FieldFrames in_place(std::int64_t) const override;
  /// kInvalidArgument: nothing is to be copied.
  Result<> read(std::int64_t field, std::span<std::byte> frames) override;

 private:
  explicit ResidentScan(const StandardField& field) : shape_(field.shape), black_(field.black) {}

  FieldShape shape_;
  float black_;
  std::optional<StagingBuffer> staged_;
  std::vector<std::unique_ptr<Backend>> holders_;  // of the copies, which go first
  std::vector<Buffer<std::byte>> copies_;
  std::vector<const std::byte*> addresses_;
};

/// The fields of another source, over and over until there are `fields`. The source must outlive
/// it.
class RepeatedScan final : public FieldSource {
 public:
  RepeatedScan(FieldSource& source, std::int64_t fields) : source_(&source), fields_(fields) {}
  std::int64_t fields() const override { return fields_; }
  FieldShape shape(std::int64_t field) const override { return source_->shape(inner(field)); }
  std::string describe(std::int64_t field) const override {
    return source_->describe(inner(field));
  }
  float black_level(std::int64_t field) const override {
    return source_->black_level(inner(field));
  }
  FieldFrames in_place(std::int64_t field) const override {
    return source_->in_place(inner(field));
  }
  Result<> read(std::int64_t field, std::span<std::byte> frames) override {
    return source_->read(inner(field), frames);
  }

 private:
  std::int64_t inner(std::int64_t field) const { return field % source_->fields(); }

  FieldSource* source_;
  std::int64_t fields_;
};

/// Writes the field `copies` times into a scan file (NeXus, no filter).
Result<> write_scan(const StandardField& field, std::int64_t copies,
                    const std::filesystem::path& path);

}  // namespace ostracon::rate
