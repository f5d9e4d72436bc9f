#pragma once
// Plates with known payload, scans of them held in memory, and what a recovery of them must obey.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/simulator.hpp"
#include "pipeline/recover.hpp"
#include "tests/support/simulated_scan.hpp"

namespace ostracon::test {

/// Parameters of a profile by name, as on the command line.
using Settings = std::vector<std::pair<std::string_view, double>>;

/// The built-in profile "typical" with some parameters changed.
Result<sem::Profile> typical_with(const Settings& settings);

/// A plate and all that was written on it, parity included.
class KnownPlate {
 public:
  /// `data_pages` pages of random bytes, the last of them 100 bytes short.
  static Result<KnownPlate> write(std::int32_t rows, std::int32_t cols, format::Rate rate,
                                  std::uint32_t data_pages, std::uint8_t number = 7);

  WrittenPlate& plate() const { return *plate_; }
  const format::PlatePlan& plan() const { return plate_->plan(); }
  const Uuid& uuid() const { return uuid_; }
  const std::vector<std::uint8_t>& stream() const { return stream_->bytes(); }
  /// What codeword `codeword` of `page` carries.
  std::span<const std::uint8_t> payload(std::uint32_t page, std::size_t codeword) const;

 private:
  KnownPlate() = default;

  Uuid uuid_;
  std::unique_ptr<RandomBytes> stream_;
  std::unique_ptr<WrittenPlate> plate_;
  std::vector<std::uint8_t> payload_;  // [page][byte of the page]
};

/// One field: the frames and nothing else. A recovery that needed the simulator's truth would fail.
struct MemoryField {
  FieldShape shape;
  std::vector<std::byte> frames;
  float black = 0;
};

/// The pages of `plate` named in `pages` (all if empty), as the simulator sees them.
Result<std::vector<MemoryField>> scan(const KnownPlate& plate, const sem::Profile& profile,
                                      const std::vector<std::uint32_t>& pages = {},
                                      std::uint64_t seed = 1);

/// The same field with only columns [first, last) and rows [top, bottom) left.
MemoryField cropped(const MemoryField& field, std::int32_t top, std::int32_t bottom,
                    std::int32_t first, std::int32_t last);

class MemoryScan final : public FieldSource {
 public:
  explicit MemoryScan(std::vector<MemoryField> fields) : fields_(std::move(fields)) {}
  std::int64_t fields() const override { return static_cast<std::int64_t>(fields_.size()); }
  FieldShape shape(std::int64_t field) const override { return at(field).shape; }
  std::string describe(std::int64_t field) const override {
    return "memory field " + std::to_string(field);
  }
  float black_level(std::int64_t field) const override { return at(field).black; }
  Result<> read(std::int64_t field, std::span<std::byte> frames) override;
  std::vector<MemoryField>& all() { return fields_; }
  const std::vector<MemoryField>& all() const { return fields_; }

 private:
  const MemoryField& at(std::int64_t field) const {
    return fields_[static_cast<std::size_t>(field)];
  }
  std::vector<MemoryField> fields_;
};

/// The same fields where they lie: nobody may read them into memory of his own. The other scan must
/// outlive it.
class InPlaceScan final : public FieldSource {
 public:
  /// In the host's memory.
  explicit InPlaceScan(const MemoryScan& scan) : scan_(scan) {}
  /// In `memory` alone, which must outlive it, or in the host's if it is that.
  static Result<InPlaceScan> create(const MemoryScan& scan, Memory& memory);

  std::int64_t fields() const override { return scan_.fields(); }
  FieldShape shape(std::int64_t field) const override { return scan_.shape(field); }
  std::string describe(std::int64_t field) const override { return scan_.describe(field); }
  float black_level(std::int64_t field) const override { return scan_.black_level(field); }
  FieldFrames in_place(std::int64_t field) const override;
  Result<> read(std::int64_t field, std::span<std::byte> frames) override;

 private:
  const MemoryScan& scan_;
  std::vector<Buffer<std::byte>> copies_;    // of every field, or none
  std::vector<const std::byte*> addresses_;  // of the copies
};

/// A recovery and the bytes it left.
struct Recovered {
  Recovery result;
  MemoryStore store;
};

/// recover() on the first of tested_backends().
Result<Recovered> recover_from(FieldSource& source, const RecoverOptions& options = {});

/// What holds for every recovery, whatever was lost: each codeword that counts as decoded or
/// restored carries what was written, the holes are exactly the others, all bytes between the
/// holes are right.
void expect_nothing_wrong(const KnownPlate& plate, const Recovered& recovered);

/// All that, and not a byte is missing.
void expect_whole(const KnownPlate& plate, const Recovered& recovered);

}  // namespace ostracon::test

/// `ASSERT_OK_AND_ASSIGN(auto plate, KnownPlate::write(...));` declares `plate`, or fails the test
/// with the error's own message.
#define ASSERT_OK_AND_ASSIGN(declaration, expr) \
  ASSERT_OK_AND_ASSIGN_IMPL(OSTRACON_CONCAT(ostracon_result_, __LINE__), declaration, expr)
#define ASSERT_OK_AND_ASSIGN_IMPL(name, declaration, expr) \
  auto name = (expr);                                      \
  ASSERT_TRUE(name.has_value()) << name.error().message;   \
  declaration = std::move(name).value()
