#include "host/rate/rate_json.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace ostracon::rate {
namespace {

using nlohmann::ordered_json;

ordered_json as_json(const RateReport& report, const ReadBack& run) {
  ordered_json stages;
  for (std::size_t k = 0; k < kStages; ++k)
    if (run.times.seconds[k] > 0)
      stages[std::string(to_string(static_cast<Stage>(k)))] = run.times.seconds[k];
  return {{"fields", run.fields},
          {"seconds", run.seconds},
          {"start_seconds", run.start_seconds},
          {"pixels_per_s", report.pixels_per_s(run)},
          {"bytes_per_s", report.bytes_per_s(run)},
          {"modules_per_s", report.modules_per_s(run)},
          {"codewords_per_s", report.codewords_per_s(run)},
          {"user_bytes_per_s", report.user_bytes_per_s(run)},
          {"hours_for_plate", report.hours(run, kPlateBytes)},
          {"stage_seconds", stages}};
}

}  // namespace

std::string rate_json(const RateReport& report, const Machine& machine) {
  ordered_json json{
      {"format", "ostracon-rate"},
      {"version", machine.version},
      {"backend", machine.backend},
      {"processor", machine.processor},
      {"threads", machine.threads},
      {"field",
       {{"frames", report.shape.frames},
        {"rows", report.shape.rows},
        {"cols", report.shape.cols},
        {"type", std::string(to_string(report.shape.type))},
        {"bytes", report.shape.bytes()}}},
      {"page",
       {{"rows", report.rows},
        {"cols", report.cols},
        {"codewords", report.codewords},
        {"payload_bytes", report.payload_bytes}}},
      {"plate", {{"user_bytes", kPlateBytes}, {"parity_per_data_page", report.parity}}},
      {"copy_bytes_per_s", report.copy_bytes_per_s},
      {"file_read_bytes_per_s", report.file_bytes_per_s},
      {"file_fields", report.file_fields},
      {"resident", as_json(report, report.resident)}};
  if (report.from_pinned) json["from_pinned"] = as_json(report, *report.from_pinned);
  json["from_file"] = as_json(report, report.from_file);
  const auto copied = report.from_pinned ? "from_pinned" : "resident";
  json[copied]["share_of_copy"] =
      report.bytes_per_s(report.from_pinned.value_or(report.resident)) / report.copy_bytes_per_s;
  json["from_file"]["share_of_file_read"] =
      report.bytes_per_s(report.from_file) / report.file_bytes_per_s;
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos)
      return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace ostracon::rate
