#include "io/field_record.hpp"

#include <algorithm>

#include "io/archive.hpp"

namespace ostracon::io {
namespace {

constexpr auto kNumber = [](auto& archive, auto& value) { archive(value); };

/// `Report` is a FieldReport, const or not.
template <class Archive, class Report>
void describe_report(Archive& archive, Report& report) {
  archive(report.source);
  archive(report.page_found);
  archive(report.reason);
  archive.list(report.drift_px, 8, kNumber);
  archive.list(report.frame_faults, 1, kNumber);
  archive.list(report.lost_frames, 8, [](auto& inner, auto& lost) {
    inner(lost.frame);
    inner(lost.reason);
  });
  archive(report.pitch_px);
  archive(report.rotation_deg);
  archive(report.mirrored);
  archive(report.inverted);
  archive(report.fit_residual_modules);
  archive(report.blur_modules);
  archive(report.contrast);
  archive(report.dose);
  archive(report.snr_db);
  archive(report.mutual_information);
  archive(report.turns);
  archive(report.linear_lost);
  archive(report.erased_fraction);
  archive(report.page);
  archive(report.plate.bytes);
}

template <class Archive, class Outcomes>
void describe_outcomes(Archive& archive, Outcomes& outcomes) {
  archive.list(outcomes, 8, [](auto& inner, auto& outcome) {
    inner(outcome.decoded);
    inner(outcome.second_pass);
    inner(outcome.iterations);
    inner(outcome.bits_flipped);
  });
}

Error bad_record(const char* what) {
  return Error{ErrorCode::kBadInput, std::string("the record of a field ") + what};
}

}  // namespace

std::vector<std::uint8_t> pack(const FieldRecord& record) {
  const FieldReading& reading = record.reading;
  Packer archive;
  archive(reading.report.field);
  archive(reading.header.has_value());
  archive(reading.header ? reading.header->plate.bytes : Uuid{}.bytes);
  archive(record.pixels);
  archive(reading.times.seconds);
  describe_report(archive, reading.report);
  if (!reading.header) return archive.take();
  archive.raw(format::serialise(*reading.header));
  describe_outcomes(archive, reading.outcomes);
  for (std::size_t c = 0; c < reading.outcomes.size(); ++c)
    if (reading.outcomes[c].decoded != 0)
      archive.raw(
          std::span(reading.payload).subspan(c * format::kPayloadBytes, format::kPayloadBytes));
  return archive.take();
}

Result<RecordedField> unpack_field(std::span<const std::uint8_t> bytes) {
  Unpacker archive(bytes);
  RecordedField out;
  bool has_header = false;
  Uuid plate;
  archive(out.field);
  archive(has_header);
  archive(plate.bytes);
  if (!archive.good() || out.field < 0) return bad_record("names no field");
  if (has_header) out.plate = plate;
  return out;
}

Result<FieldRecord> unpack(std::span<const std::uint8_t> bytes) {
  OSTRACON_TRY_ASSIGN(const RecordedField field, unpack_field(bytes));
  Unpacker archive(bytes);
  archive.raw(sizeof(field.field) + 1 + sizeof(Uuid));
  FieldRecord record;
  FieldReading& reading = record.reading;
  reading.report.field = field.field;
  archive(record.pixels);
  archive(reading.times.seconds);
  describe_report(archive, reading.report);
  for (const FrameFault fault : reading.report.frame_faults)
    if (fault > FrameFault::kDifferent) archive.fail();
  if (!field.plate) {
    if (!archive.good() || archive.left() != 0)
      return bad_record("has not the length that it must");
    return record;
  }
  const auto header = archive.raw(format::kHeaderBytes);
  if (!archive.good()) return bad_record("is cut short");
  OSTRACON_TRY_ASSIGN(reading.header, format::parse_header(header.first<format::kHeaderBytes>()));
  describe_outcomes(archive, reading.outcomes);
  if (!archive.good() || reading.outcomes.size() != reading.header->codewords ||
      reading.header->plate != *field.plate)
    return bad_record("contradicts the header of its page");
  const std::size_t payload_bytes = reading.outcomes.size() * std::size_t{format::kPayloadBytes};
  reading.payload.assign(payload_bytes, 0);
  for (std::size_t c = 0; c < reading.outcomes.size(); ++c) {
    if (reading.outcomes[c].decoded == 0) continue;
    const auto from = archive.raw(format::kPayloadBytes);
    std::copy(from.begin(), from.end(),
              reading.payload.begin() +
                  static_cast<std::ptrdiff_t>(c * std::size_t{format::kPayloadBytes}));
  }
  if (!archive.good() || archive.left() != 0) return bad_record("has not the length that it must");
  return record;
}

}  // namespace ostracon::io
