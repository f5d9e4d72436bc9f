#include "io/inspection_text.hpp"

#include <nlohmann/json.hpp>

namespace ostracon::io {
namespace {

using Json = nlohmann::ordered_json;

Json begin(const char* kind) {
  return {{"format", "ostracon-inspection"}, {"version", 1}, {"kind", kind}};
}

std::string finish(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

Json value_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

/// [x, y, z], null where a coordinate is not known; null where none is.
Json stage_of(const ScanInfo& info) {
  Json stage = Json::array();
  bool known = false;
  for (const auto& coordinate : info.stage_m) {
    known = known || coordinate.has_value();
    stage.push_back(value_or_null(coordinate));
  }
  return known ? stage : Json();
}

void add_pages(Json& json, const MasterDescription& description) {
  const format::PageHeader& header = description.header;
  json["plate"] = to_string(header.plate);
  json["pages"] = header.page_count;
  json["data_pages"] = header.data_pages();
  json["parity_pages"] = header.parity_pages();
  json["groups"] = header.groups;
  json["rows"] = header.rows;
  json["cols"] = header.cols;
  json["zone_rows"] = header.zone_rows;
  json["zone_cols"] = header.zone_cols;
  json["rate"] = format::to_string(header.rate);
  json["codewords"] = header.codewords;
  json["outer_k"] = header.outer_k;
  json["outer_m"] = header.outer_m;
  json["pitch_pm"] = header.pitch_pm;
  json["gap_modules"] = description.parameters.gap_modules;
  json["stream_bytes"] = header.stream_bytes;
}

void add_codes(Json& json, const format::qr::PlatePlan& plan) {
  const format::qr::PlateParameters& parameters = plan.parameters();
  const format::GroupPlan& groups = plan.groups();
  json["symbology"] = "qr";
  json["plate"] = to_string(plan.description().plate);
  json["fields"] = plan.fields();
  json["data_codes"] = groups.data_pages;
  json["parity_codes"] = groups.page_count() - groups.data_pages;
  json["descriptions"] = plan.descriptions();
  json["groups"] = groups.groups;
  json["rows"] = plan.field_rows();
  json["cols"] = plan.field_columns();
  json["qr_version"] = parameters.version;
  json["qr_level"] = std::string(1, format::qr::letter_of(parameters.level));
  json["code_rows"] = parameters.field.code_rows;
  json["code_cols"] = parameters.field.code_columns;
  json["code_gap_modules"] = parameters.field.gap_modules;
  json["payload_bytes"] = plan.payload_bytes();
  json["outer_k"] = groups.data_in_group(0);
  json["outer_m"] = groups.parity_per_group;
  json["pitch_pm"] = parameters.pitch_pm;
  json["stream_bytes"] = plan.description().stream_bytes;
}

}  // namespace

std::string inspection_text(const MasterReader& master) {
  const MasterDescription& description = master.description();
  Json json = begin("master");
  if (description.qr) {
    add_codes(json, *description.qr);
  } else {
    add_pages(json, description);
  }
  json["stream_sha256"] = to_hex(description.stream_sha256);
  json["files"] = Json::array();
  for (const StreamEntry& entry : description.entries)
    json["files"].push_back(
        {{"path", entry.path}, {"type", to_string(entry.type)}, {"size", entry.size}});
  return finish(json);
}

std::string inspection_text(const ScanSource& scan) {
  Json json = begin("scan");
  json["layout"] = scan.layout();
  json["warnings"] = scan.warnings();
  json["fields"] = scan.fields();
  json["groups"] = Json::array();
  for (const ScanGroup& group : scan.groups()) {
    const ScanInfo& info = group.info;
    json["groups"].push_back({{"path", group.path},
                              {"fields", group.fields},
                              {"first_field", group.first_field},
                              {"frames", info.shape.frames},
                              {"rows", info.shape.rows},
                              {"cols", info.shape.cols},
                              {"type", to_string(info.shape.type)},
                              {"stored_type", group.stored_type},
                              {"axes", group.axes},
                              {"detector", info.detector},
                              {"pixel_size_m", value_or_null(info.pixel_size_m)},
                              {"dwell_time_s", value_or_null(info.dwell_time_s)},
                              {"beam_energy_v", value_or_null(info.beam_energy_v)},
                              {"beam_current_a", value_or_null(info.beam_current_a)},
                              {"stage_m", stage_of(info)},
                              {"adc_offset", value_or_null(info.adc_offset)},
                              {"dn_per_electron", value_or_null(info.dn_per_electron)},
                              {"positions_m", group.positions_m}});
  }
  return finish(json);
}

}  // namespace ostracon::io
