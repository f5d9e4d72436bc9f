#include "host/cli/code_recovery.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

#include "host/cli/progress.hpp"
#include "host/cli/recovery_summary.hpp"
#include "host/cli/text.hpp"
#include "io/atomic_file.hpp"
#include "io/code_lines.hpp"
#include "io/stream_extractor.hpp"
#include "pipeline/recover_codes.hpp"

namespace ostracon::cli {
namespace {

/// The stream as it was put together.
class AssembledStream final : public format::ByteSource {
 public:
  explicit AssembledStream(const std::vector<std::uint8_t>& bytes) : bytes_(&bytes) {}
  std::uint64_t size() const override { return bytes_->size(); }
  Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    if (offset > bytes_->size() || to.size() > bytes_->size() - offset)
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("bytes {} to {} of a stream of {}", offset, offset + to.size(),
                               bytes_->size())};
    std::copy_n(bytes_->begin() + static_cast<std::ptrdiff_t>(offset), to.size(), to.begin());
    return Ok{};
  }

 private:
  const std::vector<std::uint8_t>* bytes_;
};

/// Lines for the codes of every field, in a file that appears when all are written.
class CodeReport {
 public:
  static Result<CodeReport> create(const std::string& path, bool force) {
    OSTRACON_TRY_ASSIGN(auto pending, io::PendingFile::create(path, force));
    CodeReport report(std::move(pending));
    report.lines_.open(report.file_.temporary(), std::ios::binary | std::ios::trunc);
    OSTRACON_TRY(report.check());
    return report;
  }
  Result<> add(const CodeField& field) {
    for (std::size_t i = 0; i < field.readings.size(); ++i)
      lines_ << io::code_line(field.readings[i], field.source, static_cast<std::int64_t>(i))
             << '\n';
    return check();
  }
  Result<> finish() {
    lines_.close();
    OSTRACON_TRY(check());
    return file_.commit();
  }

 private:
  explicit CodeReport(io::PendingFile file) : file_(std::move(file)) {}
  Result<> check() const {
    if (lines_) return Ok{};
    return Error{ErrorCode::kIo, "cannot write " + file_.path().string()};
  }

  io::PendingFile file_;
  std::ofstream lines_;
};

Result<std::optional<io::ExtractReport>> extract(const RecoveryJob& job,
                                                 const CodeRecovery& recovery) {
  io::ExtractOptions options;
  options.folder = job.folder;
  options.write = !job.folder.empty();
  options.keep_partial = job.keep_partial;
  options.force = job.force;
  auto files =
      io::extract_stream(AssembledStream(recovery.assembly.stream), recovery.holes, options);
  if (files) return std::optional<io::ExtractReport>(std::move(files).value());
  if (files.error().code == ErrorCode::kBadInput && !recovery.holes.empty())
    return std::optional<io::ExtractReport>();
  return files.error();
}

void print_codes(const CodeRecovery& recovery) {
  const auto& groups = recovery.plate.groups;
  fmt::print("QR plate {}: {} of data, {} of parity\n", to_string(recovery.plate.plate),
             plural(groups.data_pages, "code"), groups.page_count() - groups.data_pages);
  fmt::print("codes: {} found, {} read, {} of a plate\n", recovery.located, recovery.read,
             recovery.of_plates);
  fmt::print("of this plate: {} read, {} restored by the outer code, {} not read\n",
             recovery.assembly.read, recovery.assembly.restored, recovery.assembly.lost.size());
  if (recovery.assembly.contradicting > 0)
    fmt::print("{} in copies that contradict each other, taken for lost\n",
               plural(recovery.assembly.contradicting, "code"));
}

}  // namespace

Result<ExitStatus> recover_code_plate(const RecoveryJob& job, const ChosenBackend& backend,
                                      FieldSource& scan) {
  RecoverCodesOptions options;
  if (!job.plate.empty()) {
    Uuid plate;
    if (!parse(job.plate, plate))
      return Error{ErrorCode::kInvalidArgument, fmt::format("--plate {}: not a UUID", job.plate)};
    options.plate = plate;
  }
  Progress progress(job.folder.empty() ? "verify" : "recover", "px");
  options.progress = [&](std::int64_t done, std::int64_t total, std::uint64_t pixels) {
    progress.update(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total), pixels);
  };
  std::optional<CodeReport> report;
  if (!job.code_report.empty()) {
    OSTRACON_TRY_ASSIGN(report, CodeReport::create(job.code_report, job.force));
    options.field = [&](const CodeField& field) { return report->add(field); };
  }
  OSTRACON_TRY_ASSIGN(const auto lane, backend.make_lane());
  OSTRACON_TRY_ASSIGN(const CodeRecovery recovery, recover_codes(scan, *lane, options));
  OSTRACON_TRY_ASSIGN(const auto files, extract(job, recovery));
  if (report) OSTRACON_TRY(report->finish());
  print_codes(recovery);
  print_files(files ? &*files : nullptr);
  if (!backend.why_not_cuda.empty()) fmt::print("computed on the CPU: {}\n", backend.why_not_cuda);
  if (!job.folder.empty()) fmt::print("files:    {}\n", job.folder);
  if (!job.code_report.empty()) fmt::print("report:   {}\n", job.code_report);
  return files && files->all_verified() ? ExitStatus::kVerified : ExitStatus::kLost;
}

Result<ExitStatus> try_codes(const RecoveryJob& job, const ChosenBackend& backend,
                             FieldSource& scan, const Error& no_page) {
  if (job.symbology != "auto") return no_page;
  auto by_codes = recover_code_plate(job, backend, scan);
  if (by_codes || by_codes.error().code != ErrorCode::kNotFound) return by_codes;
  return Error{ErrorCode::kNotFound, no_page.message + ", and " + by_codes.error().message};
}

}  // namespace ostracon::cli
