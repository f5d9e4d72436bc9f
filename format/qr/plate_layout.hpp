#pragma once
// A QR plate: a stream of bytes as codes of one version and level, in fields of rows and columns of
// codes, with the outer code (format/outer_code.hpp) across codes: a code's payload is what a
// page's codeword is on a page plate, and a group's codes are the "pages" of its GroupPlan.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "format/outer_code.hpp"
#include "format/plate.hpp"
#include "format/qr/plate_code.hpp"
#include "format/qr/symbol.hpp"

namespace ostracon::format::qr {

struct FieldArray {
  std::int32_t code_rows = 31;  ///< 31 x 31 codes of version 3 are 1027 modules a side
  std::int32_t code_columns = 31;
  std::int32_t gap_modules = 4;    ///< light modules between two codes
  std::int32_t quiet_modules = 4;  ///< and around all of them
};

struct PlateParameters {
  int version = 3;
  Level level = Level::kM;
  std::optional<int> mask;  ///< of all codes; none: each has the one of least penalty
  FieldArray field;
  double parity = 0.20;  ///< parity codes per data code
  std::uint32_t pitch_pm = 49000;
};

/// What a slot of the plate holds.
struct SlotContent {
  bool description = false;
  std::uint32_t code = 0;  ///< else: sequence number, of GroupPlan's pages
};

class PlatePlan {
 public:
  /// kInvalidArgument: a version, level, mask, field or pitch that is refused, or a stream of more
  /// codes than 24 bits number.
  static Result<PlatePlan> create(const PlateParameters& parameters, std::uint64_t stream_bytes,
                                  const Uuid& plate);

  const PlateParameters& parameters() const { return parameters_; }
  const PlateDescription& description() const { return description_; }
  const GroupPlan& groups() const { return description_.groups; }
  std::size_t payload_bytes() const { return payload_bytes_; }

  /// Copies of the description on the plate: one for 60 codes, at least 4.
  std::uint32_t descriptions() const { return descriptions_; }
  /// Slots that hold something: codes and descriptions. They are numbered field by field, each row
  /// by row. Those of the last field that are left over stay light.
  std::uint32_t slots() const { return groups().page_count() + descriptions_; }
  SlotContent content_of(std::uint32_t slot) const;

  std::uint32_t fields() const;
  std::int32_t field_rows() const;     ///< modules
  std::int32_t field_columns() const;  ///< modules
  /// Upper left module of a slot's code in its field.
  struct Place {
    std::uint32_t field;
    std::int32_t row, column;
  };
  Place place_of(std::uint32_t slot) const;

  /// Upper left module of a field in plate coordinates: side by side, as square as they come.
  struct Position {
    std::int64_t row, column;
  };
  Position position_of(std::uint32_t field) const;

 private:
  PlateParameters parameters_;
  PlateDescription description_;
  std::size_t payload_bytes_ = 0;
  std::uint32_t descriptions_ = 0;
  std::uint32_t fields_per_row_ = 1;
};

/// Makes every field in order and hands it over: modules row-major, one a byte, 1 = dark.
/// Memory: all parity codes' payload and one field. kInvalidArgument: `source` is not as long as
/// the plan says; kOutOfMemory; errors of `source` and `take` are passed on.
Result<> encode_plate(const PlatePlan& plan, const ByteSource& source,
                      const std::function<Result<>(std::uint32_t field,
                                                   std::span<const std::uint8_t> modules)>& take);

}  // namespace ostracon::format::qr
