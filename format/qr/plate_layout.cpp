#include "format/qr/plate_layout.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

#include "format/qr/stream_writer.hpp"

namespace ostracon::format::qr {
namespace {

constexpr std::uint32_t kCodesPerDescription = 60;
constexpr std::uint32_t kFewestDescriptions = 4;
constexpr std::uint64_t kMaxStreamBytes = (std::uint64_t{1} << 48U) - 1;
constexpr std::uint32_t kMaxPitchPm = 0xFFFFFF;
constexpr std::int32_t kMaxFieldModules = 4096;
constexpr std::int32_t kFewestGapModules = 1;

Error invalid(const std::string& message) { return Error{ErrorCode::kInvalidArgument, message}; }

/// Modules of `codes` codes in a row, with what is between and around them.
std::int64_t extent(std::int32_t codes, const PlateParameters& parameters) {
  const std::int64_t side = side_of(parameters.version);
  const FieldArray& field = parameters.field;
  return codes * (side + field.gap_modules) - field.gap_modules + 2 * field.quiet_modules;
}

Result<> check_field(const PlateParameters& parameters) {
  const FieldArray& field = parameters.field;
  const std::int32_t most = kMaxFieldModules;
  if (std::min(field.code_rows, field.code_columns) < 1 ||
      std::max(field.code_rows, field.code_columns) > most ||
      field.gap_modules < kFewestGapModules || field.gap_modules > most ||
      field.quiet_modules < 0 || field.quiet_modules > most ||
      extent(std::max(field.code_rows, field.code_columns), parameters) > most) {
    return invalid("a field of " + std::to_string(field.code_rows) + " x " +
                   std::to_string(field.code_columns) + " QR codes of version " +
                   std::to_string(parameters.version) + " with " +
                   std::to_string(field.gap_modules) + " modules between and " +
                   std::to_string(field.quiet_modules) +
                   " around them; a field has 1 to 4096 modules a side, at least 1 between codes");
  }
  return Ok{};
}

}  // namespace

Result<PlatePlan> PlatePlan::create(const PlateParameters& parameters, std::uint64_t stream_bytes,
                                    const Uuid& plate) {
  PlatePlan plan;
  OSTRACON_TRY_ASSIGN(plan.payload_bytes_,
                      code_payload_bytes(parameters.version, parameters.level));
  OSTRACON_TRY(check_field(parameters));
  if (parameters.mask && (*parameters.mask < 0 || *parameters.mask >= kMasks)) {
    return invalid("QR mask " + std::to_string(*parameters.mask) + " is not one of 0 to 7");
  }
  if (parameters.pitch_pm == 0 || parameters.pitch_pm > kMaxPitchPm) {
    return invalid("a pitch of " + std::to_string(parameters.pitch_pm) +
                   " pm is outside 1 to 16777215 pm");
  }
  if (stream_bytes > kMaxStreamBytes) {
    return invalid("a stream of " + std::to_string(stream_bytes) +
                   " bytes is longer than 48 bits can count");
  }
  const std::uint64_t codes =
      std::max<std::uint64_t>(1, (stream_bytes + plan.payload_bytes_ - 1) / plan.payload_bytes_);
  // plan_groups names the limit; the count is cut only so that it fits its argument.
  const auto counted = static_cast<std::uint32_t>(std::min<std::uint64_t>(codes, UINT32_MAX));
  plan.description_ = {
      .plate = plate, .groups = {}, .stream_bytes = stream_bytes, .pitch_pm = parameters.pitch_pm};
  OSTRACON_TRY_ASSIGN(plan.description_.groups, plan_groups(counted, parameters.parity));
  const std::uint32_t numbered = plan.groups().page_count();
  if (numbered >= kDescriptionSequence) {
    return invalid(std::to_string(numbered) + " QR codes are more than a plate can number");
  }
  plan.parameters_ = parameters;
  plan.descriptions_ =
      std::max(kFewestDescriptions, (numbered + kCodesPerDescription - 1) / kCodesPerDescription);
  plan.fields_per_row_ = static_cast<std::uint32_t>(std::ceil(std::sqrt(plan.fields())));
  return plan;
}

SlotContent PlatePlan::content_of(std::uint32_t slot) const {
  assert(slot < slots());
  // Spread evenly: slot t is a description where floor(t n / T) steps.
  const std::uint64_t before = std::uint64_t{slot} * descriptions_ / slots();
  const std::uint64_t after = (std::uint64_t{slot} + 1) * descriptions_ / slots();
  if (after > before) return {.description = true};
  // The others go round the groups, member after member, as pages do.
  const auto turn = static_cast<std::uint32_t>(slot - before);
  return {.description = false,
          .code = groups().page_of(turn % groups().groups, turn / groups().groups)};
}

std::uint32_t PlatePlan::fields() const {
  const FieldArray& field = parameters_.field;
  const auto codes = static_cast<std::uint32_t>(field.code_rows * field.code_columns);
  return (slots() + codes - 1) / codes;
}

std::int32_t PlatePlan::field_rows() const {
  return static_cast<std::int32_t>(extent(parameters_.field.code_rows, parameters_));
}

std::int32_t PlatePlan::field_columns() const {
  return static_cast<std::int32_t>(extent(parameters_.field.code_columns, parameters_));
}

PlatePlan::Place PlatePlan::place_of(std::uint32_t slot) const {
  assert(slot < slots());
  const FieldArray& field = parameters_.field;
  const auto columns = static_cast<std::uint32_t>(field.code_columns);
  const std::uint32_t codes = static_cast<std::uint32_t>(field.code_rows) * columns;
  const std::int32_t pitch = side_of(parameters_.version) + field.gap_modules;
  const auto row = static_cast<std::int32_t>(slot % codes / columns);
  const auto column = static_cast<std::int32_t>(slot % columns);
  return {slot / codes, field.quiet_modules + row * pitch, field.quiet_modules + column * pitch};
}

PlatePlan::Position PlatePlan::position_of(std::uint32_t field) const {
  assert(field < fields());
  return {std::int64_t{field / fields_per_row_} * field_rows(),
          std::int64_t{field % fields_per_row_} * field_columns()};
}

}  // namespace ostracon::format::qr
