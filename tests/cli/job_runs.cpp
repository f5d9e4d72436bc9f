#include "tests/cli/job_runs.hpp"

#include <nlohmann/json.hpp>
#include <random>

#include "io/job_folder.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

/// What a page of 256 x 256 modules holds of a file, roughly.
constexpr int kPageBytes = 4 * 1053;

}  // namespace

std::string report_without_times(const fs::path& file) {
  auto json = nlohmann::json::parse(content_of(file), nullptr, false);
  if (json.is_discarded()) return "no report: " + file.string();
  json.erase("wall_seconds");
  json.erase("seconds");
  return json.dump(1);
}

void JobTest::make_scans(int data_pages, int scan_files) {
  fs::create_directory(folder() / "files");
  std::mt19937 random(7);
  for (int k = 0; k < data_pages; ++k) {
    std::string content(kPageBytes - 600, '\0');
    for (char& c : content) c = static_cast<char>(random());
    write_file(folder() / "files" / std::to_string(k), content);
  }
  expect(0, {"encode", "files", "-o", "master.h5", "--page", "256x256"});
  const Outcome told = expect(0, {"inspect", "master.h5", "--json"});
  const auto json = nlohmann::json::parse(told.out, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << told.out;
  fields_ = json.at("pages").get<std::int64_t>();
  for (int k = 0; k < scan_files; ++k) {
    std::string name = "scan";
    name += std::to_string(k);
    name += ".h5";
    scans_.push_back(name);
    std::vector<std::string> words{
        "simulate", "master.h5",           "-o", name, "--profile", "clean", "--frames",
        "1",        "--pixels-per-module", "2"};
    // The fields of the other files are left out.
    const std::int64_t begin = fields_ * k / scan_files, end = fields_ * (k + 1) / scan_files;
    std::string dropped;
    const auto drop = [&](std::int64_t first, std::int64_t last) {
      if (first > last) return;
      if (!dropped.empty()) dropped += ',';
      dropped += std::to_string(first);
      dropped += '-';
      dropped += std::to_string(last);
    };
    drop(0, begin - 1);
    drop(end, fields_ - 1);
    if (!dropped.empty()) words.insert(words.end(), {"--drop-fields", dropped});
    expect_run(0, words);
  }
}

std::vector<std::string> JobTest::recover_into(const std::string& output,
                                               std::initializer_list<std::string> more) const {
  std::vector<std::string> words{"recover"};
  words.insert(words.end(), scans_.begin(), scans_.end());
  if (!output.empty()) words.insert(words.end(), {"-o", output});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void JobTest::recover_whole() {
  expect_run(0, recover_into("whole", {}));
  EXPECT_EQ(tree_of(folder() / "whole/files"), tree_of(folder() / "files"));
}

void JobTest::expect_as_whole(const std::string& output) const {
  EXPECT_TRUE(tree_of(folder() / output) == tree_of(folder() / "whole")) << output;
  EXPECT_TRUE(report_without_times(folder() / (output + ".report.json")) ==
              report_without_times(folder() / "whole.report.json"))
      << output;
  for (const auto& entry : fs::directory_iterator(folder()))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".ostracon"))
        << entry.path() << " is left over";
}

void JobTest::expect_read_once(const std::string& job) const {
  const auto opened = io::JobFolder::open(folder() / job);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ(opened.value().recorded().size(), static_cast<std::size_t>(fields_));
  EXPECT_EQ(opened.value().records(), static_cast<std::uint64_t>(fields_));
}

std::uint64_t JobTest::records_in(const std::string& job) const {
  const auto opened = io::JobFolder::open(folder() / job);
  return opened ? opened.value().records() : 0;
}

Outcome JobTest::expect_run(int status, const std::vector<std::string>& arguments) {
  Outcome outcome = run_program(arguments, folder());
  std::string line = "ostracon";
  for (const auto& argument : arguments) line += " " + argument;
  EXPECT_EQ(outcome.status, status) << line << "\n" << outcome.out << outcome.err;
  return outcome;
}

}  // namespace ostracon::test
