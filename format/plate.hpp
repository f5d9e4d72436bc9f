#pragma once
// A whole plate: from a byte stream to pages, and where the pages lie.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "format/outer_code.hpp"
#include "format/page_layout.hpp"

namespace ostracon::format {

struct PlateParameters {
  PageGeometry geometry;
  double parity = 0.20;  ///< parity pages per data page
  std::uint32_t pitch_pm = 49000;
  std::int32_t gap_modules = 16;
};

/// Random access to the bytes of the stream; `read` fills `to` from `offset`.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  virtual Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const = 0;
};

/// Everything about a plate that its pages share, before a page is made.
class PlatePlan {
 public:
  /// `plate` is the UUID to print in the headers. kInvalidArgument: geometry refused, stream too
  /// long for 24 bits of pages or 48 bits of length.
  static Result<PlatePlan> create(const PlateParameters& parameters, std::uint64_t stream_bytes,
                                  const Uuid& plate);

  const PlateParameters& parameters() const { return parameters_; }
  const PageLayout& layout() const { return layout_; }
  const GroupPlan& groups() const { return groups_; }
  PageHeader header(std::uint32_t page) const;
  std::uint64_t page_payload_bytes() const;

  /// Upper left module of `page` in plate module coordinates. Pages lie in rows with
  /// `gap_modules` between them; neighbours belong to different groups where there are several.
  struct Position {
    std::int64_t row, col;
  };
  Position position(std::uint32_t page) const;
  std::uint32_t pages_per_row() const { return pages_per_row_; }

 private:
  explicit PlatePlan(PageLayout layout) : layout_(std::move(layout)) {}
  PlateParameters parameters_;
  PageLayout layout_;
  GroupPlan groups_;
  Uuid plate_;
  std::uint64_t stream_bytes_ = 0;
  std::uint32_t pages_per_row_ = 1;
};

/// Version 8 UUID of the SHA-256 `digest` over the stream and the parameters.
Uuid uuid_from_digest(std::span<const std::uint8_t, 32> digest);

/// Makes every page, group by group, and hands it over: modules row-major, one bit per byte.
/// Memory: one group's payload. `take` may be called in any page order, once per page.
/// `take` and `source` errors are passed on.
Result<> encode_plate(
    const PlatePlan& plan, const ByteSource& source,
    const std::function<Result<>(std::uint32_t page, std::span<const std::uint8_t> modules)>& take);

}  // namespace ostracon::format
