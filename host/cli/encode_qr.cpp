// ostracon encode --symbology qr: files and folders become the master of a plate of QR codes.
#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>

#include "format/qr/plate_layout.hpp"
#include "host/cli/encode_options.hpp"
#include "host/cli/output.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/text.hpp"
#include "io/master_file.hpp"

namespace ostracon::cli {
namespace {

namespace qr = format::qr;

/// "3-M": version and level.
Result<> parse_code(const std::string& text, qr::PlateParameters& parameters) {
  const char* end = text.data() + text.size();
  const auto [behind, failed] = std::from_chars(text.data(), end, parameters.version);
  if (failed == std::errc() && end - behind == 2 && behind[0] == '-') {
    for (const qr::Level level : qr::kLevels) {
      if (qr::letter_of(level) != behind[1]) continue;
      parameters.level = level;
      return Ok{};
    }
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("--code {}: not a version from 1 to 40 and a level, L, M, Q or H, such "
                           "as 3-M",
                           text)};
}

Result<qr::PlateParameters> plate_parameters(const EncodeOptions& options) {
  qr::PlateParameters parameters;
  OSTRACON_TRY(parse_code(options.code, parameters));
  OSTRACON_TRY_ASSIGN(const Size codes, parse_size(options.codes, "--codes"));
  parameters.field.code_rows = codes.rows;
  parameters.field.code_columns = codes.cols;
  parameters.field.gap_modules = options.code_gap_modules;
  OSTRACON_TRY_ASSIGN(parameters.parity, parse_share(options.parity, "--parity"));
  parameters.pitch_pm = static_cast<std::uint32_t>(std::lround(options.pitch_nm * 1000));
  return parameters;
}

std::string text_of(const qr::PlateParameters& parameters) {
  const qr::FieldArray& field = parameters.field;
  return fmt::format(
      "ostracon-qr-plate 1 code {}-{} codes {} {} gap {} quiet {} parity {} pitch_pm {}\n",
      parameters.version, qr::letter_of(parameters.level), field.code_rows, field.code_columns,
      field.gap_modules, field.quiet_modules, parameters.parity, parameters.pitch_pm);
}

Result<> write_fields(const qr::PlatePlan& plan, const io::SpooledStream& stream,
                      io::MasterWriter& master) {
  Progress progress("encode", "B");
  std::uint64_t done = 0;
  const auto take = [&](std::uint32_t field, std::span<const std::uint8_t> modules) -> Result<> {
    OSTRACON_TRY(master.write(field, modules));
    ++done;
    progress.update(done, plan.fields(), stream.size() * done / plan.fields());
    return Ok{};
  };
  return qr::encode_plate(plan, stream, take);
}

}  // namespace

Result<ExitStatus> encode_qr(const EncodeOptions& options) {
  const std::filesystem::path output = options.output;
  OSTRACON_TRY(check_new_file(output, options.force));
  OSTRACON_TRY_ASSIGN(const auto parameters, plate_parameters(options));
  // Codes or fields that cannot be are refused before gigabytes are spooled.
  OSTRACON_TRY(qr::PlatePlan::create(parameters, 0, Uuid{}));

  const std::vector<std::filesystem::path> paths(options.paths.begin(), options.paths.end());
  OSTRACON_TRY_ASSIGN(const auto stream, io::write_stream(paths, parent_of(output)));
  OSTRACON_TRY_ASSIGN(const Uuid plate, plate_uuid(stream.digest(), text_of(parameters)));
  OSTRACON_TRY_ASSIGN(const auto plan, qr::PlatePlan::create(parameters, stream.size(), plate));
  OSTRACON_TRY_ASSIGN(auto master, io::MasterWriter::create(output, plan, stream.digest(),
                                                            stream.entries(), options.force));
  OSTRACON_TRY(write_fields(plan, stream, master));
  OSTRACON_TRY(master.close());

  const format::GroupPlan& groups = plan.groups();
  print_stream(plate, stream);
  fmt::print("{} of version {}-{}: {} of data, {} of parity, {}\n", plural(plan.slots(), "QR code"),
             parameters.version, qr::letter_of(parameters.level), groups.data_pages,
             groups.page_count() - groups.data_pages, plural(plan.descriptions(), "description"));
  fmt::print("{} of {} x {} codes, {} x {} modules each\n", plural(plan.fields(), "field"),
             parameters.field.code_rows, parameters.field.code_columns, plan.field_rows(),
             plan.field_columns());
  fmt::print("written: {}\n", output.string());
  return ExitStatus::kVerified;
}

}  // namespace ostracon::cli
