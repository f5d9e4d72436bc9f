#include "host/cli/recovery_job.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <utility>

#include "host/cli/backend_choice.hpp"
#include "host/cli/bulk_recovery.hpp"
#include "host/cli/code_recovery.hpp"
#include "host/cli/output.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/recovery_output.hpp"
#include "host/cli/scan_input.hpp"
#include "host/cli/text.hpp"
#include "host/ranks/ranks.hpp"
#include "io/pictures.hpp"
#include "io/scan_paths.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::cli {
namespace {

Result<Recovery> read_scan(const RecoveryJob& job, FieldSource& scan, const ChosenBackend& backend,
                           io::FilePayloadStore& store, Result<>& drawn) {
  OSTRACON_TRY_ASSIGN(RecoverOptions options, recover_options(job, drawn));
  OSTRACON_TRY_ASSIGN(const auto soft, open_soft_pages(job.soft, spool_folder(job)));
  options.soft_pages = soft.get();
  Progress progress(job.folder.empty() ? "verify" : "recover", "px");
  options.progress = [&](std::int64_t done, std::int64_t total, std::uint64_t pixels) {
    progress.update(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total), pixels);
  };
  double seconds = 0;
  if (options.pictures)
    options.pictures = [&seconds, draw = options.pictures](const FieldPictures& pictures) {
      const auto start = std::chrono::steady_clock::now();
      draw(pictures);
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
  OSTRACON_TRY_ASSIGN(Recovery recovery, recover(scan, backend.make_lane, store, options));
  recovery.report.soft_remarks = soft->remarks(recovery.report.plate.header.plate);
  if (seconds > 0) fmt::print("{} went into drawing pictures\n", human_duration(seconds));
  return recovery;
}

}  // namespace

void add_recovery_options(CLI::App& verb, RecoveryJob& job) {
  verb.add_option("SCAN", job.scans,
                  "The scans: stacks of frames (HDF5, TIFF, PNG); files, folders, quoted patterns")
      ->required();
  verb.add_option("--plate", job.plate, "Which plate, where the scans show several")
      ->type_name("UUID");
  verb.add_option("--symbology", job.symbology,
                  "What the plate is made of; auto: QR codes where no field shows a page")
      ->check(CLI::IsMember({"auto", "page", "qr"}))
      ->capture_default_str();
  add_backend_options(verb, job.backend);
  add_soft_options(verb, job.soft);
  verb.add_option("--report", job.report, "Write the report here")->type_name("REPORT.json");
  verb.add_option("--pictures", job.pictures,
                  "Draw the first field: raw, aligned, with its lattice, and what is certain")
      ->type_name("FOLDER");
  verb.add_option("--picture-fields", job.picture_fields, "Draw so many fields that show a page")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{10000}))
      ->capture_default_str();
  add_scan_hints(verb, job.hints);
}

Result<> check_outputs(const RecoveryJob& job) {
  if (!job.folder.empty()) OSTRACON_TRY(check_new_folder(job.folder, job.force));
  if (!job.report.empty()) OSTRACON_TRY(check_new_file(job.report, job.force));
  if (!job.code_report.empty()) OSTRACON_TRY(check_new_file(job.code_report, job.force));
  if (!job.pictures.empty()) OSTRACON_TRY(check_new_folder(job.pictures, job.force));
  return Ok{};
}

Result<io::ScanSet> open_scans(const RecoveryJob& job) {
  OSTRACON_TRY_ASSIGN(const auto paths, io::find_scan_files(job.scans));
  return io::ScanSet::open(paths, scan_opener(job.hints));
}

Result<RecoverOptions> recover_options(const RecoveryJob& job, Result<>& drawn) {
  RecoverOptions options;
  if (!job.plate.empty()) {
    Uuid plate;
    if (!parse(job.plate, plate))
      return Error{ErrorCode::kInvalidArgument, fmt::format("--plate {}: not a UUID", job.plate)};
    options.plate = plate;
  }
  if (job.pictures.empty()) return options;
  options.picture_fields = job.picture_fields;
  options.pictures = [&job, &drawn](const FieldPictures& pictures) {
    if (drawn) drawn = io::write_pictures(job.pictures, pictures);
  };
  return options;
}

Result<ExitStatus> run_recovery(const RecoveryJob& job) {
  if (is_bulk(job) || started_as_ranks()) {
    if (!job.soft.earlier.empty() || !job.soft.keep.empty())
      return Error{ErrorCode::kInvalidArgument,
                   "--soft and --keep-soft are for one plate that is read in one go: not with "
                   "--job, --shard, --all-plates or several ranks"};
    return run_bulk_recovery(job);
  }
  OSTRACON_TRY(check_outputs(job));
  OSTRACON_TRY_ASSIGN(const ChosenBackend backend, choose_backend(job.backend));
  return run_recovery_on(backend, job);
}

Result<ExitStatus> run_recovery_on(const ChosenBackend& backend, const RecoveryJob& job) {
  if (job.symbology == "qr" && (!job.soft.earlier.empty() || !job.soft.keep.empty()))
    return Error{ErrorCode::kInvalidArgument,
                 "plates of QR codes have no soft pages: --soft and --keep-soft are for pages"};
  OSTRACON_TRY_ASSIGN(auto scan, open_scans(job));
  if (job.symbology == "qr") return recover_code_plate(job, backend, scan);
  OSTRACON_TRY_ASSIGN(auto store, io::FilePayloadStore::create(spool_folder(job)));
  Result<> drawn = Ok{};
  auto read = read_scan(job, scan, backend, store, drawn);
  if (!read && read.error().code == ErrorCode::kNotFound)
    return try_codes(job, backend, scan, read.error());
  OSTRACON_TRY_ASSIGN(Recovery recovery, std::move(read));
  OSTRACON_TRY_ASSIGN(const bool whole, write_recovery(job, recovery, store));
  print_soft_summary(job.soft, recovery.report);
  if (!backend.why_not_cuda.empty()) fmt::print("computed on the CPU: {}\n", backend.why_not_cuda);
  OSTRACON_TRY(drawn);
  if (!job.pictures.empty()) fmt::print("pictures: {}\n", job.pictures);
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
