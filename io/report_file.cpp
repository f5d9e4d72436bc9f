#include "io/report_file.hpp"

#include <algorithm>
#include <cmath>

#include "io/atomic_file.hpp"
#include "io/json_reader.hpp"

namespace ostracon::io {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// A float with the digits it has, not those its double would show.
Json number(float value) { return number(std::round(static_cast<double>(value) * 1e6) / 1e6); }

char letter(CodewordOutcome outcome) {
  switch (outcome) {
    case CodewordOutcome::kClean:
      return 'C';
    case CodewordOutcome::kCorrected:
      return 'c';
    case CodewordOutcome::kErased:
      return 'e';
    case CodewordOutcome::kRestored:
      return 'R';
    case CodewordOutcome::kLost:
      return 'L';
  }
  return '?';
}

Json json_of(const PlateSeen& seen) {
  const format::PageHeader& header = seen.header;
  Json json;
  json["plate"] = to_string(header.plate);
  json["pages"] = header.page_count;
  json["data_pages"] = header.data_pages();
  json["pages_seen"] = seen.pages;
  json["rows"] = header.rows;
  json["cols"] = header.cols;
  json["pitch_nm"] = header.pitch_pm / 1000.0;
  json["zones"] = {header.zone_rows, header.zone_cols};
  json["rate"] = format::to_string(header.rate);
  json["groups"] = header.groups;
  json["outer_k"] = header.outer_k;
  json["outer_m"] = header.outer_m;
  json["codewords_per_page"] = header.codewords;
  json["stream_bytes"] = header.stream_bytes;
  json["plate_index"] = header.plate_index;
  return json;
}

Json json_of(const FieldReport& field) {
  Json json;
  json["field"] = field.field;
  json["source"] = field.source;
  json["page_found"] = field.page_found;
  if (!field.page_found || !field.reason.empty()) json["reason"] = field.reason;
  json["page"] = field.page;
  json["plate"] = field.page_found ? Json(to_string(field.plate)) : Json(nullptr);
  json["pitch_px"] = number(field.pitch_px);
  json["rotation_deg"] = number(field.rotation_deg);
  json["mirrored"] = field.mirrored;
  json["inverted"] = field.inverted;
  json["fit_residual_modules"] = number(field.fit_residual_modules);
  json["blur_modules"] = number(field.blur_modules);
  json["contrast"] = number(field.contrast);
  json["dose"] = number(field.dose);
  json["snr_db"] = number(field.snr_db);
  json["mutual_information"] = number(field.mutual_information);
  json["turns"] = field.turns;
  json["linear_lost"] = field.linear_lost;
  json["other_readings"] = field.others;
  json["erased_fraction"] = number(field.erased_fraction);
  json["drift_px"] = Json::array();
  for (const auto& [y, x] : field.drift_px) json["drift_px"].push_back({number(y), number(x)});
  json["frame_faults"] = Json::array();
  for (const FrameFault fault : field.frame_faults)
    json["frame_faults"].push_back(to_string(fault));
  json["lost_frames"] = Json::array();
  for (const LostFrame& lost : field.lost_frames)
    json["lost_frames"].push_back({{"frame", lost.frame}, {"reason", lost.reason}});
  return json;
}

Json json_of(const PageReport& page) {
  std::string letters;
  for (const CodewordOutcome outcome : page.outcomes) letters += letter(outcome);
  const auto count = [&](char wanted) {
    return std::count(letters.begin(), letters.end(), wanted);
  };
  double sum = 0;
  std::uint16_t most = 0;
  for (const std::uint16_t iterations : page.iterations) {
    sum += iterations;
    most = std::max(most, iterations);
  }
  Json json;
  json["page"] = page.page;
  json["fields"] = page.fields;
  json["clean"] = count('C');
  json["corrected"] = count('c');
  json["erased"] = count('e');
  json["restored"] = count('R');
  json["lost"] = count('L');
  json["iterations_mean"] =
      page.iterations.empty() ? 0.0 : sum / static_cast<double>(page.iterations.size());
  json["iterations_max"] = most;
  json["readings_combined"] = page.readings;
  json["codewords_combined"] = page.combined;
  json["codewords"] = letters;
  return json;
}

Json json_of(const ExtractedFile& file) {
  Json json;
  json["path"] = file.path;
  json["type"] = to_string(file.type);
  json["size"] = file.size;
  json["status"] = to_string(file.status);
  if (!file.reason.empty()) json["reason"] = file.reason;
  if (file.missing.empty()) return json;
  json["missing"] = Json::array();
  for (const ByteRange& range : file.missing) json["missing"].push_back({range.begin, range.end});
  return json;
}

template <class T>
Json list_of(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}

}  // namespace

std::string report_text(const RecoveryReport& report, const ExtractReport* files,
                        std::string_view program_version) {
  Json json;
  json["format"] = "ostracon-report";
  json["version"] = 1;
  json["program_version"] = program_version;
  json["plate"] = json_of(report.plate);
  json["other_plates"] = list_of(report.other_plates);
  json["codewords_lost"] = report.codewords_lost;
  json["pixels"] = report.pixels;
  json["wall_seconds"] = number(report.wall_seconds);
  for (std::size_t stage = 0; stage < kStages; ++stage)
    json["seconds"][std::string(to_string(static_cast<Stage>(stage)))] =
        number(report.times.seconds[stage]);
  if (files != nullptr) {
    json["all_verified"] = files->all_verified();
    json["manifest_found"] = files->manifest_found;
    json["files"] = list_of(files->files);
  }
  json["soft_pages_passed_over"] = report.soft_remarks;
  json["groups"] = Json::array();
  for (const GroupReport& group : report.groups)
    json["groups"].push_back({{"group", group.group},
                              {"k", group.k},
                              {"m", group.m},
                              {"erasures", group.erasures},
                              {"contradictions", group.contradictions}});
  json["fields"] = list_of(report.fields);
  json["pages"] = list_of(report.pages);
  return json_text(json, 1) + "\n";
}

Result<> write_report(const std::filesystem::path& path, const RecoveryReport& report,
                      const ExtractReport* files, std::string_view program_version, bool force) {
  return write_whole_file(path, report_text(report, files, program_version), force);
}

}  // namespace ostracon::io
