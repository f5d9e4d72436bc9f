#include "host/cli/recovery_job.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "host/cli/backend_choice.hpp"
#include "host/cli/code_recovery.hpp"
#include "host/cli/output.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/recovery_summary.hpp"
#include "host/cli/text.hpp"
#include "io/file_store.hpp"
#include "io/pictures.hpp"
#include "io/report_file.hpp"
#include "io/scan_file.hpp"
#include "io/stream_extractor.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::cli {
namespace {

Result<RecoverOptions> recover_options(const RecoveryJob& job) {
  RecoverOptions options;
  if (job.plate.empty()) return options;
  Uuid plate;
  if (!parse(job.plate, plate))
    return Error{ErrorCode::kInvalidArgument, fmt::format("--plate {}: not a UUID", job.plate)};
  options.plate = plate;
  return options;
}

Result<> check_outputs(const RecoveryJob& job) {
  if (!job.folder.empty()) OSTRACON_TRY(check_new_folder(job.folder, job.force));
  if (!job.report.empty()) OSTRACON_TRY(check_new_file(job.report, job.force));
  if (!job.code_report.empty()) OSTRACON_TRY(check_new_file(job.code_report, job.force));
  if (!job.pictures.empty()) OSTRACON_TRY(check_new_folder(job.pictures, job.force));
  return Ok{};
}

/// Where payload waits for the outer code: on the disk that the files will go to.
std::filesystem::path spool_folder(const RecoveryJob& job) {
  if (!job.folder.empty()) return parent_of(job.folder);
  std::error_code failed;
  const auto temporary = std::filesystem::temp_directory_path(failed);
  return failed ? std::filesystem::path(".") : temporary;
}

/// `drawn` becomes the error of the first picture that could not be written: the files come first.
Result<Recovery> read_scan(const RecoveryJob& job, io::ScanReader& scan,
                           const ChosenBackend& backend, io::FilePayloadStore& store,
                           Result<>& drawn) {
  OSTRACON_TRY_ASSIGN(RecoverOptions options, recover_options(job));
  Progress progress(job.folder.empty() ? "verify" : "recover", "px");
  options.progress = [&](std::int64_t done, std::int64_t total, std::uint64_t pixels) {
    progress.update(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total), pixels);
  };
  double seconds = 0;
  if (!job.pictures.empty()) {
    options.picture_fields = job.picture_fields;
    options.pictures = [&](const FieldPictures& pictures) {
      const auto start = std::chrono::steady_clock::now();
      if (drawn) drawn = io::write_pictures(job.pictures, pictures);
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
  }
  OSTRACON_TRY_ASSIGN(Recovery recovery, recover(scan, backend.make_lane, store, options));
  if (seconds > 0) fmt::print("{} went into drawing pictures\n", human_duration(seconds));
  return recovery;
}

/// Absent if so much is lost that the stream shows no member at all.
Result<std::optional<io::ExtractReport>> extract(const RecoveryJob& job, const Recovery& recovery,
                                                 const io::FilePayloadStore& store) {
  const io::StoredStream stream(store, recovery.report.plate.header.stream_bytes);
  io::ExtractOptions options;
  options.folder = job.folder;
  options.write = !job.folder.empty();
  options.keep_partial = job.keep_partial;
  options.force = job.force;
  auto files = io::extract_stream(stream, recovery.holes, options);
  if (files) return std::optional<io::ExtractReport>(std::move(files).value());
  if (files.error().code == ErrorCode::kBadInput && !recovery.holes.empty())
    return std::optional<io::ExtractReport>();
  return files.error();
}

}  // namespace

void add_recovery_options(CLI::App& verb, RecoveryJob& job) {
  verb.add_option("SCAN", job.scan, "The scan: stacks of frames (HDF5, NeXus)")->required();
  verb.add_option("--plate", job.plate, "Which plate, where a scan shows several")
      ->type_name("UUID");
  verb.add_option("--symbology", job.symbology,
                  "What the plate is made of; auto: QR codes where no field shows a page")
      ->check(CLI::IsMember({"auto", "page", "qr"}))
      ->capture_default_str();
  add_backend_options(verb, job.backend);
  verb.add_option("--report", job.report, "Write the report here")->type_name("REPORT.json");
  verb.add_option("--pictures", job.pictures,
                  "Draw the first field: raw, aligned, with its lattice, and what is certain")
      ->type_name("FOLDER");
  verb.add_option("--picture-fields", job.picture_fields, "Draw so many fields that show a page")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{10000}))
      ->capture_default_str();
}

Result<ExitStatus> run_recovery(const RecoveryJob& job) {
  OSTRACON_TRY(check_outputs(job));
  OSTRACON_TRY_ASSIGN(const ChosenBackend backend, choose_backend(job.backend));
  return run_recovery_on(backend, job);
}

Result<ExitStatus> run_recovery_on(const ChosenBackend& backend, const RecoveryJob& job) {
  OSTRACON_TRY_ASSIGN(auto scan, io::ScanReader::open(job.scan));
  if (job.symbology == "qr") return recover_code_plate(job, scan);
  OSTRACON_TRY_ASSIGN(auto store, io::FilePayloadStore::create(spool_folder(job)));
  Result<> drawn = Ok{};
  auto read = read_scan(job, scan, backend, store, drawn);
  if (!read && read.error().code == ErrorCode::kNotFound && job.symbology == "auto") {
    auto by_codes = recover_code_plate(job, scan);
    if (by_codes || by_codes.error().code != ErrorCode::kNotFound) return by_codes;
    return Error{ErrorCode::kNotFound, read.error().message + ", and " + by_codes.error().message};
  }
  OSTRACON_TRY_ASSIGN(Recovery recovery, std::move(read));

  const auto start = std::chrono::steady_clock::now();
  OSTRACON_TRY_ASSIGN(const auto files, extract(job, recovery, store));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  recovery.report.times[Stage::kEmit] += seconds;
  recovery.report.wall_seconds += seconds;

  if (!job.report.empty())
    OSTRACON_TRY(io::write_report(job.report, recovery.report, files ? &*files : nullptr,
                                  OSTRACON_VERSION, job.force));
  print_summary(recovery.report, files ? &*files : nullptr);
  if (!backend.why_not_cuda.empty()) fmt::print("computed on the CPU: {}\n", backend.why_not_cuda);
  if (!job.folder.empty()) fmt::print("files:    {}\n", job.folder);
  if (!job.report.empty()) fmt::print("report:   {}\n", job.report);
  OSTRACON_TRY(drawn);
  if (!job.pictures.empty()) fmt::print("pictures: {}\n", job.pictures);
  const bool whole = files && files->all_verified();
  if (recovery.interrupted) {
    const std::string what = fmt::format(
        "{} of {} were read before this: {}", recovery.report.fields.size(),
        plural(static_cast<std::uint64_t>(scan.fields()), "field"), recovery.interrupted->message);
    if (!whole)
      return Error{recovery.interrupted->code,
                   what + "; what is whole has been written, the rest needs another run"};
    spdlog::warn("{}", what);
  }
  return whole ? ExitStatus::kVerified : ExitStatus::kLost;
}

}  // namespace ostracon::cli
