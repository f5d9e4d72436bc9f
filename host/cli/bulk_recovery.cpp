#include "host/cli/bulk_recovery.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "host/cli/code_recovery.hpp"
#include "host/cli/emit_recorded.hpp"
#include "host/cli/farewell.hpp"
#include "host/cli/output.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/recovery_output.hpp"
#include "host/cli/scan_input.hpp"
#include "host/cli/text.hpp"
#include "host/ranks/ranks.hpp"
#include "io/job_folder.hpp"
#include "pipeline/recover_recorded.hpp"

namespace ostracon::cli {
namespace {

Result<> check_options(const RecoveryJob& job) {
  if (job.job_folder.empty() && (job.resume || !job.shard.empty()))
    return Error{ErrorCode::kInvalidArgument,
                 "--resume and --shard are of a job: --job FOLDER says of which"};
  if (job.symbology == "qr")
    return Error{ErrorCode::kInvalidArgument,
                 "plates of QR codes are read in one go: without --job and --all-plates"};
  if (job.all_plates && !job.plate.empty())
    return Error{ErrorCode::kInvalidArgument, "--plate names one plate, --all-plates means all"};
  if (!job.shard.empty() && (!job.report.empty() || job.all_plates || job.keep_partial))
    return Error{ErrorCode::kInvalidArgument,
                 "a share makes no files and no report: --report, --all-plates and "
                 "--keep-partial are for `merge`"};
  Uuid plate;
  if (!job.plate.empty() && !parse(job.plate, plate))
    return Error{ErrorCode::kInvalidArgument, fmt::format("--plate {}: not a UUID", job.plate)};
  return Ok{};
}

/// Where the ranks of a job stand: rank 0 has begun it, the others take part.
Result<io::JobFolder> enter_job(const RecoveryJob& job, const io::JobDescription& description,
                                Ranks& ranks) {
  std::optional<io::JobFolder> folder;
  Result<> mine = Ok{};
  const auto keep = [&](Result<io::JobFolder> opened) {
    if (opened)
      folder.emplace(std::move(opened).value());
    else
      mine = opened.error();
  };
  if (ranks.rank() == 0) keep(io::JobFolder::begin(job.job_folder, description, job.resume));
  OSTRACON_TRY(ranks.agree(mine));
  if (ranks.rank() != 0) keep(io::JobFolder::join(job.job_folder, description, ranks.rank()));
  OSTRACON_TRY(ranks.agree(mine));
  return std::move(*folder);
}

/// Reads what `journal` has not; what interrupted a rank is `interrupted` there, what kept it from
/// drawing `drawn`.
Result<> read_fields_of(const RecoveryJob& job, const ChosenBackend& backend, FieldSource& scans,
                        FieldJournal& journal, const std::vector<std::int64_t>& unread,
                        std::int64_t read_before, Ranks& ranks, std::optional<Error>& interrupted,
                        Result<>& drawn) {
  OSTRACON_TRY_ASSIGN(RecoverOptions options, recover_options(job, drawn));
  Progress progress("recover", "px");
  options.progress = [&](std::int64_t done, std::int64_t total, std::uint64_t pixels) {
    // Of many ranks the first tells of its own alone.
    if (ranks.size() == 1)
      progress.update(static_cast<std::uint64_t>(read_before + done),
                      static_cast<std::uint64_t>(total), pixels);
  };
  const auto work = [&](const NextField& next) -> Result<> {
    // The first is asked for here: what need not be read needs no backend.
    auto first = next();
    if (!first) return Ok{};
    const auto all = [&] { return first ? std::exchange(first, std::nullopt) : next(); };
    OSTRACON_TRY_ASSIGN(const FieldsRead read,
                        read_into_journal(scans, backend.make_lane, journal, options, all));
    interrupted = read.interrupted;
    return Ok{};
  };
  return ranks.deal(unread, work);
}

std::string fields(std::uint64_t count) { return plural(count, "field"); }

/// All plates without a job folder: what is read is kept in a file without a name.
Result<ExitStatus> run_without_folder(const ChosenBackend& backend, const RecoveryJob& job) {
  OSTRACON_TRY(check_outputs(job));
  OSTRACON_TRY_ASSIGN(auto scans, open_scans(job));
  OSTRACON_TRY_ASSIGN(auto journal, io::JobJournal::temporary(spool_folder(job)));
  std::vector<std::int64_t> unread;
  for (std::int64_t field = 0; field < scans.fields(); ++field) unread.push_back(field);
  std::optional<Error> interrupted;
  const auto alone = single_rank();
  Result<> drawn = Ok{};
  OSTRACON_TRY(read_fields_of(job, backend, scans, journal, unread, 0, *alone, interrupted, drawn));
  OSTRACON_TRY_ASSIGN(const ExitStatus status, emit_recorded(job, journal, {}, {}));
  OSTRACON_TRY(drawn);
  if (!interrupted) return status;
  return Error{
      interrupted->code,
      interrupted->message + "; what is whole has been written, the rest needs another run"};
}

Result<ExitStatus> run_in_folder(const ChosenBackend& backend, const RecoveryJob& job,
                                 Ranks& ranks) {
  const auto start = std::chrono::steady_clock::now();
  const bool first = ranks.rank() == 0;
  auto opened = open_scans(job);
  Result<> mine = opened ? Result<>(Ok{}) : Result<>(opened.error());
  if (first && mine && job.shard.empty() && !job.resume) mine = check_outputs(job);
  OSTRACON_TRY(ranks.agree(mine));
  io::ScanSet scans = std::move(opened).value();
  io::JobDescription description{scans.inputs(), scans.fields(), {}, in_words(job.hints)};
  if (!job.shard.empty()) {
    OSTRACON_TRY_ASSIGN(description.share, parse_share(job.shard));
  }
  OSTRACON_TRY_ASSIGN(io::JobFolder folder, enter_job(job, description, ranks));
  const auto read_before = static_cast<std::int64_t>(folder.recorded().size());
  OutputState outputs;
  if (first && read_before == 0 && !job.pictures.empty())
    mine = check_new_folder(job.pictures, job.force);
  if (first && mine && job.shard.empty()) {
    auto state = check_job_outputs(job, folder.path());
    if (state)
      outputs = state.value();
    else
      mine = state.error();
  }
  OSTRACON_TRY(ranks.agree(mine));

  const auto unread = folder.unread();
  if (first) {
    fmt::print("job:      {}: {} of {} in {}{}\n", job.job_folder, fields(unread.size()),
               scans.fields(), plural(description.inputs.size(), "file"),
               read_before > 0 ? fmt::format(", {} were read before", read_before) : "");
    if (folder.cut_bytes() > 0)
      fmt::print("          {} of a field that was not finished were cut off\n",
                 human_bytes(folder.cut_bytes()));
    say_if_ended(
        fmt::format("ostracon: ended from outside; what was read is kept in {}, "
                    "--resume goes on\n",
                    job.job_folder));
  }
  std::optional<Error> interrupted;
  Result<> drawn = Ok{};
  const auto read =
      read_fields_of(job, backend, scans, folder, unread, read_before, ranks, interrupted, drawn);
  mine = folder.sync();
  if (mine && interrupted)
    spdlog::warn("{}{}", ranks.size() > 1 ? fmt::format("rank {}: ", ranks.rank()) : "",
                 interrupted->message);
  const auto synced = ranks.agree(mine);
  if (!read || !synced) {
    const Error& error = read ? synced.error() : read.error();
    return Error{error.code, fmt::format("{}; what was read is kept in {}, --resume goes on",
                                         error.message, job.job_folder)};
  }
  if (!first) return ExitStatus::kVerified;

  OSTRACON_TRY(folder.look_again());
  if (const auto left = folder.unread().size(); left > 0)
    return Error{
        interrupted ? interrupted->code : ErrorCode::kDevice,
        fmt::format("{} could not be read{}; what was read is kept in {}, --resume goes on",
                    fields(left), interrupted ? ": " + interrupted->message : "", job.job_folder)};
  say_if_ended({});
  if (!job.shard.empty()) {
    fmt::print("share {}: all is read; `ostracon merge` makes files of all shares\n", job.shard);
    return ExitStatus::kVerified;
  }
  if (outputs.complete) {
    fmt::print("files:    {}, written before\n", job.folder);
    return *outputs.complete;
  }
  // Nothing was begun that a later run would have to finish.
  if (job.symbology == "auto" && !job.all_plates && plates_of(folder).empty())
    return try_codes(job, backend, scans,
                     {ErrorCode::kNotFound, "no field of the scans shows a readable page"});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  auto status = emit_recorded(job, folder, folder.path(),
                              read_before == 0 ? std::optional(seconds.count()) : std::nullopt);
  if (status) OSTRACON_TRY(drawn);
  if (status && !backend.why_not_cuda.empty())
    fmt::print("computed on the CPU: {}\n", backend.why_not_cuda);
  return status;
}

/// run_in_folder() to its end on all ranks, of which the first tells what went wrong.
Result<ExitStatus> run_together(const ChosenBackend& backend, const RecoveryJob& job,
                                Ranks& ranks) {
  auto status = run_in_folder(backend, job, ranks);
  const auto all = ranks.agree(status ? Result<>(Ok{}) : Result<>(status.error()));
  if (all) return status;
  if (ranks.rank() != 0) spdlog::set_level(spdlog::level::off);
  return all.error();
}

}  // namespace

bool is_bulk(const RecoveryJob& job) {
  return !job.job_folder.empty() || job.all_plates || job.resume || !job.shard.empty();
}

Result<io::JobShare> parse_share(const std::string& text) {
  io::JobShare share{0, 0};
  const char* end = text.data() + text.size();
  const auto index = std::from_chars(text.data(), end, share.index);
  if (index.ec == std::errc() && index.ptr != end && *index.ptr == '/') {
    const auto count = std::from_chars(index.ptr + 1, end, share.count);
    if (count.ec == std::errc() && count.ptr == end && share.index >= 1 &&
        share.index <= share.count && share.count <= 1000000)
      return share;
  }
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("--shard {}: not a share such as 1/8, 2/8, ... 8/8", text)};
}

Result<ExitStatus> run_bulk_recovery_on(const ChosenBackend& backend, const RecoveryJob& job) {
  OSTRACON_TRY(check_options(job));
  if (job.job_folder.empty()) return run_without_folder(backend, job);
  const auto alone = single_rank();
  return run_together(backend, job, *alone);
}

Result<ExitStatus> run_bulk_recovery(const RecoveryJob& job) {
  OSTRACON_TRY(check_options(job));
  OSTRACON_TRY_ASSIGN(const auto ranks, join_ranks());
  if (ranks->size() == 1) {
    OSTRACON_TRY_ASSIGN(const ChosenBackend backend, choose_backend(job.backend));
    return run_bulk_recovery_on(backend, job);
  }
  if (job.job_folder.empty())
    return Error{ErrorCode::kInvalidArgument, "ranks share a job: --job FOLDER is missing"};
  const auto backend = choose_backend(for_process(job.backend, ranks->local_rank()));
  const Result<> mine = backend ? Result<>(Ok{}) : Result<>(backend.error());
  OSTRACON_TRY(ranks->agree(mine));
  return run_together(backend.value(), job, *ranks);
}

}  // namespace ostracon::cli
