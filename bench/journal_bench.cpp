// What it costs to keep a field in a job's journal: as jobs do (synchronised once a second), and
// with every record synchronised. Then what it takes to open the journal again.
//   journal_bench [--folder FOLDER] [--codewords N] [--records N]
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "io/job_journal.hpp"

namespace ostracon {
namespace {

using Clock = std::chrono::steady_clock;

/// A page of random-looking payload with all of its codewords decoded.
FieldRecord page_record(std::uint16_t codewords) {
  FieldRecord record;
  FieldReading& reading = record.reading;
  reading.report.source = "scan.h5 /entry/scan0 field 0";
  reading.report.page_found = true;
  reading.report.drift_px.resize(8);
  format::PageHeader header;
  header.plate.bytes.fill(0x5A);
  header.page_count = 14;
  header.rows = header.cols = 1280;
  header.outer_k = 5;
  header.outer_m = 2;
  header.groups = 2;
  header.codewords = codewords;
  header.interleaver_step = 3;
  header.stream_bytes = 50'000;
  reading.header = header;
  reading.outcomes.assign(codewords, {1, 0, 3, 20});
  reading.payload.resize(std::size_t{codewords} * std::size_t{format::kPayloadBytes});
  for (std::size_t k = 0; k < reading.payload.size(); ++k)
    reading.payload[k] = static_cast<std::uint8_t>(k * 2654435761U >> 13);
  return record;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Seconds a record.
Result<double> write_records(io::JobJournal& journal, FieldRecord& record, std::int64_t first,
                             int count, bool each_synced) {
  const auto start = Clock::now();
  for (int k = 0; k < count; ++k) {
    record.reading.report.field = first + k;
    OSTRACON_TRY(journal.record(record));
    if (each_synced) OSTRACON_TRY(journal.sync());
  }
  OSTRACON_TRY(journal.sync());
  return seconds_since(start) / count;
}

Result<> measure(const std::filesystem::path& folder, std::uint16_t codewords, int records) {
  const auto path = folder / "ostracon-journal-bench";
  const io::JobId job{};
  FieldRecord record = page_record(codewords);
  {
    OSTRACON_TRY_ASSIGN(auto journal, io::JobJournal::open(path, job));
    OSTRACON_TRY_ASSIGN(const double each,
                        write_records(journal, record, 0, records / 10 + 1, true));
    OSTRACON_TRY_ASSIGN(const double together,
                        write_records(journal, record, records, records, false));
    std::printf(
        "{\"bench\":\"journal\",\"record_bytes\":%zu,\"records\":%d,"
        "\"ms_a_record\":%.3f,\"ms_a_record_each_synced\":%.3f}\n",
        static_cast<std::size_t>(std::filesystem::file_size(path) / journal.records()), records,
        1e3 * together, 1e3 * each);
  }
  const auto start = Clock::now();
  OSTRACON_TRY_ASSIGN(const auto again, io::JobJournal::read(path, job));
  const double seconds = seconds_since(start);
  std::printf("{\"bench\":\"journal_open\",\"records\":%llu,\"mb_per_s\":%.0f}\n",
              static_cast<unsigned long long>(again.records()),
              static_cast<double>(std::filesystem::file_size(path)) / 1e6 / seconds);
  return Ok{};
}

}  // namespace
}  // namespace ostracon

int main(int argc, char** argv) {
  CLI::App app("The price of a job's journal.");
  std::string folder = ".";
  std::uint16_t codewords = 152;
  int records = 500;
  app.add_option("--folder", folder, "On the disk to be measured")->check(CLI::ExistingDirectory);
  app.add_option("--codewords", codewords, "Of a page")->check(CLI::Range(1, 1500));
  app.add_option("--records", records, "How many")->check(CLI::Range(10, 1000000));
  CLI11_PARSE(app, argc, argv);
  const auto done = ostracon::measure(folder, codewords, records);
  std::error_code ignored;
  std::filesystem::remove(std::filesystem::path(folder) / "ostracon-journal-bench", ignored);
  if (done) return 0;
  std::fprintf(stderr, "journal_bench: %s\n", done.error().message.c_str());
  return 1;
}
