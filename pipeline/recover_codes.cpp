#include "pipeline/recover_codes.hpp"

#include <algorithm>

#include "pipeline/code_reader.hpp"
#include "pipeline/field_mean.hpp"

namespace ostracon {
namespace {

using format::qr::PlateCode;
using format::qr::PlateFound;

/// The stages for fields of one shape.
struct FieldStages {
  FieldShape shape;
  FieldMean mean;
  CodeReader reader;
};

Result<FieldStages> stages_for(Backend& backend, const FieldShape& shape,
                               const CodeDecoderConfig& decoder) {
  OSTRACON_TRY_ASSIGN(auto mean, FieldMean::create(backend, shape));
  OSTRACON_TRY_ASSIGN(auto reader, CodeReader::create(backend, shape.rows, shape.cols, decoder));
  return FieldStages{shape, std::move(mean), std::move(reader)};
}

/// Bad input is the field's own misfortune; other errors are the machine's.
bool of_the_field(const Error& error) {
  return error.code == ErrorCode::kBadInput || error.code == ErrorCode::kInvalidArgument;
}

Result<std::vector<CodeReading>> read_field(FieldSource& source, std::int64_t field,
                                            FieldStages& stages, std::vector<std::byte>& frames) {
  frames.resize(stages.shape.bytes());
  OSTRACON_TRY(source.read(field, frames));
  OSTRACON_TRY_ASSIGN(const auto image, stages.mean.run(frames, source.black_level(field)));
  return stages.reader.run(image);
}

/// The one plate that is asked for, or that there is.
Result<PlateFound> choose_plate(std::span<const PlateCode> codes,
                                const std::optional<Uuid>& wanted) {
  std::vector<PlateFound> plates;
  for (const PlateFound& found : format::qr::find_plates(codes))
    if (found.description && (!wanted || found.description->plate == *wanted))
      plates.push_back(found);
  if (plates.empty())
    return Error{ErrorCode::kNotFound,
                 wanted ? "no field shows the QR plate " + to_string(*wanted)
                        : std::string("no field shows the description of a QR plate")};
  if (plates.size() == 1) return plates.front();
  std::string list;
  for (const PlateFound& plate : plates)
    list += (list.empty() ? "" : ", ") + to_string(plate.description->plate);
  return Error{ErrorCode::kBadInput, "the scan shows several QR plates, choose one: " + list};
}

/// Codes that are lost as runs of the stream.
std::vector<ByteRange> holes_of(const CodeRecovery& recovery, std::uint64_t payload_bytes) {
  std::vector<ByteRange> holes;
  for (const std::uint32_t code : recovery.assembly.lost) {
    const std::uint64_t begin = code * payload_bytes;
    const std::uint64_t end = std::min(begin + payload_bytes, recovery.plate.stream_bytes);
    if (begin >= end) continue;
    if (!holes.empty() && holes.back().end == begin)
      holes.back().end = end;
    else
      holes.push_back({begin, end});
  }
  return holes;
}

}  // namespace

Result<CodeRecovery> recover_codes(FieldSource& source, Backend& backend,
                                   const RecoverCodesOptions& options) {
  CodeRecovery recovery;
  std::vector<PlateCode> codes;
  std::optional<FieldStages> stages;
  std::vector<std::byte> frames;
  const std::int64_t fields = source.fields();
  for (std::int64_t index = 0; index < fields; ++index) {
    CodeField field{index, source.describe(index), {}, {}};
    const FieldShape shape = source.shape(index);
    if (!stages || stages->shape != shape) {
      stages.reset();
      auto made = stages_for(backend, shape, options.decoder);
      if (made)
        stages.emplace(std::move(made).value());
      else if (of_the_field(made.error()))
        field.reason = made.error().message;
      else
        return made.error();
    }
    if (stages) {
      auto readings = read_field(source, index, *stages, frames);
      if (readings)
        field.readings = std::move(readings).value();
      else if (of_the_field(readings.error()))
        field.reason = readings.error().message;
      else
        return readings.error();
      recovery.pixels += static_cast<std::uint64_t>(shape.frames) *
                         static_cast<std::uint64_t>(shape.pixels_per_frame());
    }
    for (const CodeReading& reading : field.readings) {
      ++recovery.located;
      if (reading.decoded.verdict != CodeVerdict::kRead) continue;
      ++recovery.read;
      auto code = format::qr::parse_code(reading.decoded.stream.message);
      if (!code) continue;
      ++recovery.of_plates;
      codes.push_back(std::move(*code));
    }
    if (options.field) OSTRACON_TRY(options.field(field));
    if (options.progress) options.progress(index + 1, fields, recovery.pixels);
  }

  OSTRACON_TRY_ASSIGN(const PlateFound chosen, choose_plate(codes, options.plate));
  recovery.plate = *chosen.description;
  OSTRACON_TRY_ASSIGN(recovery.assembly,
                      format::qr::assemble(recovery.plate, chosen.payload_bytes, codes));
  recovery.holes = holes_of(recovery, chosen.payload_bytes);
  return recovery;
}

}  // namespace ostracon
