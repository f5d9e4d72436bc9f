// ostracon encode: files and folders become the master of a plate.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "format/plate.hpp"
#include "host/cli/encode_options.hpp"
#include "host/cli/output.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "io/master_file.hpp"

namespace ostracon::cli {
namespace {

constexpr double kLargestPitchNm = 16777.215;  // 24 bits of picometres in the page header
constexpr std::int32_t kLargestGap = 4096;

Result<format::PlateParameters> plate_parameters(const EncodeOptions& options) {
  OSTRACON_TRY_ASSIGN(const format::Rate rate, format::parse_rate(options.rate));
  OSTRACON_TRY_ASSIGN(const Size page, parse_size(options.page, "--page"));
  format::PlateParameters parameters;
  parameters.geometry = format::default_geometry(page.rows, page.cols, rate);
  if (!options.zones.empty()) {
    OSTRACON_TRY_ASSIGN(const Size zones, parse_size(options.zones, "--zones"));
    parameters.geometry.zone_rows = zones.rows;
    parameters.geometry.zone_cols = zones.cols;
  }
  OSTRACON_TRY_ASSIGN(parameters.parity, parse_share(options.parity, "--parity"));
  parameters.pitch_pm = static_cast<std::uint32_t>(std::lround(options.pitch_nm * 1000));
  parameters.gap_modules = options.gap_modules;
  return parameters;
}

std::string text_of(const format::PlateParameters& parameters) {
  const auto& page = parameters.geometry;
  return fmt::format(
      "ostracon-plate 1 rows {} cols {} zones {} {} rate {} parity {} pitch_pm {} gap {}\n",
      page.rows, page.cols, page.zone_rows, page.zone_cols, format::to_string(page.rate),
      parameters.parity, parameters.pitch_pm, parameters.gap_modules);
}

Result<> write_pages(const format::PlatePlan& plan, const io::SpooledStream& stream,
                     io::MasterWriter& master) {
  Progress progress("encode", "B");
  std::uint64_t done = 0;
  const auto take = [&](std::uint32_t page, std::span<const std::uint8_t> modules) -> Result<> {
    OSTRACON_TRY(master.write(page, modules));
    ++done;
    progress.update(done, plan.groups().page_count(), done * plan.page_payload_bytes());
    return Ok{};
  };
  return format::encode_plate(plan, stream, take);
}

std::uint64_t files_in(const std::vector<io::StreamEntry>& entries) {
  std::uint64_t files = 0;
  for (const auto& entry : entries) files += entry.type == io::EntryType::kFile ? 1 : 0;
  return files;
}

Result<ExitStatus> encode_pages(const EncodeOptions& options) {
  const std::filesystem::path output = options.output;
  OSTRACON_TRY(check_new_file(output, options.force));
  OSTRACON_TRY_ASSIGN(const auto parameters, plate_parameters(options));
  // A geometry that holds no codeword is refused before gigabytes are spooled.
  OSTRACON_TRY(format::PageLayout::create(parameters.geometry));

  const std::vector<std::filesystem::path> paths(options.paths.begin(), options.paths.end());
  OSTRACON_TRY_ASSIGN(const auto stream, io::write_stream(paths, parent_of(output)));
  OSTRACON_TRY_ASSIGN(const Uuid plate, plate_uuid(stream.digest(), text_of(parameters)));
  OSTRACON_TRY_ASSIGN(const auto plan, format::PlatePlan::create(parameters, stream.size(), plate));
  OSTRACON_TRY_ASSIGN(auto master, io::MasterWriter::create(output, plan, stream.digest(),
                                                            stream.entries(), options.force));
  OSTRACON_TRY(write_pages(plan, stream, master));
  OSTRACON_TRY(master.close());

  const std::uint32_t pages = plan.groups().page_count();
  const std::uint32_t data_pages = plan.groups().data_pages;
  print_stream(plate, stream);
  fmt::print("{}: {} of data, {} of parity, {} x {} modules each, rate {}\n", plural(pages, "page"),
             data_pages, pages - data_pages, parameters.geometry.rows, parameters.geometry.cols,
             format::to_string(parameters.geometry.rate));
  fmt::print("written: {}\n", output.string());
  return ExitStatus::kVerified;
}

constexpr std::array<const char*, 4> kPageOptions = {"--rate", "--page", "--zones", "--gap"};
constexpr std::array<const char*, 3> kQrOptions = {"--code", "--codes", "--code-gap"};

Result<ExitStatus> encode(const EncodeOptions& options) {
  const bool qr = options.symbology == "qr";
  for (const std::string& name : options.given) {
    const bool of_pages =
        std::find(kPageOptions.begin(), kPageOptions.end(), name) != kPageOptions.end();
    if (of_pages != qr) continue;
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} is of no meaning with --symbology {}", name, options.symbology)};
  }
  return qr ? encode_qr(options) : encode_pages(options);
}

}  // namespace

Result<Uuid> plate_uuid(const io::Sha256Digest& stream, std::string_view parameters) {
  const std::vector<std::uint8_t> bytes(parameters.begin(), parameters.end());
  io::Sha256 sha256;
  sha256.update(bytes);
  sha256.update(stream);
  OSTRACON_TRY_ASSIGN(const io::Sha256Digest digest, sha256.finish());
  return format::uuid_from_digest(digest);
}

void print_stream(const Uuid& plate, const io::SpooledStream& stream) {
  fmt::print("plate {}\n", to_string(plate));
  fmt::print("{}, {} with names and checksums\n", plural(files_in(stream.entries()), "file"),
             human_bytes(stream.size()));
}

void add_encode(CLI::App& app, Run& run) {
  const auto options = std::make_shared<EncodeOptions>();
  CLI::App* verb =
      app.add_subcommand("encode", "Turn files and folders into the master of a plate");
  verb->add_option("PATH", options->paths, "Files and folders to store")->required();
  verb->add_option("-o,--output", options->output, "The master to write (HDF5)")
      ->type_name("MASTER.h5")
      ->required();
  verb->add_option("--symbology", options->symbology,
                   "What the plate is made of: pages of modules, or fields of QR codes")
      ->check(CLI::IsMember({"page", "qr"}))
      ->capture_default_str();
  verb->add_option(
          "--rate", options->rate,
          "Share of payload in a codeword: 1/3, 1/2, 2/3, 0.8 or 8/9; lower stands more noise")
      ->capture_default_str();
  verb->add_option("--page", options->page, "Modules of a page, 256 to 4096 a side")
      ->type_name("ROWSxCOLUMNS")
      ->capture_default_str();
  verb->add_option("--zones", options->zones,
                   "Zones of a page: a codeword stays in its own (default: 2x2 from 512 modules a "
                   "side on, else 1x1)")
      ->type_name("ROWSxCOLUMNS");
  verb->add_option("--code", options->code, "QR codes: their version and level")
      ->type_name("VERSION-LEVEL")
      ->capture_default_str();
  verb->add_option("--codes", options->codes, "QR codes of a field")
      ->type_name("ROWSxCOLUMNS")
      ->capture_default_str();
  verb->add_option("--code-gap", options->code_gap_modules, "Light modules between two QR codes")
      ->check(CLI::Range(1, kLargestGap))
      ->capture_default_str();
  verb->add_option("--parity", options->parity,
                   "Parity pages (or codes) per one of data: how much may be lost")
      ->type_name("SHARE")
      ->capture_default_str();
  verb->add_option("--pitch", options->pitch_nm, "Distance of two modules on the plate, nm")
      ->check(CLI::Range(0.001, kLargestPitchNm))
      ->capture_default_str();
  verb->add_option("--gap", options->gap_modules, "Modules between two pages")
      ->check(CLI::Range(0, kLargestGap))
      ->capture_default_str();
  verb->add_flag("--force", options->force, "Replace the master if it stands");
  verb->footer(
      "Examples:\n"
      "  ostracon encode letters photo.png -o master.h5\n"
      "  ostracon encode letters -o master.h5 --rate 1/2 --parity 40%   (for a bad microscope)\n"
      "  ostracon encode letters -o master.h5 --symbology qr");
  verb->callback([options, verb, &run] {
    for (const char* name : kPageOptions)
      if (verb->count(name) > 0) options->given.emplace_back(name);
    for (const char* name : kQrOptions)
      if (verb->count(name) > 0) options->given.emplace_back(name);
    run = [options] { return encode(*options); };
  });
}

}  // namespace ostracon::cli
