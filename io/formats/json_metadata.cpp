#include "io/formats/json_metadata.hpp"

#include <initializer_list>

#include "io/json_reader.hpp"

namespace ostracon::io {
namespace {

using Json = nlohmann::json;

/// The member at a path of names; null if there is none.
const Json* member(const Json& from, std::initializer_list<const char*> path) {
  const Json* at = &from;
  for (const char* name : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(name);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string text_of(const Json& from, std::initializer_list<const char*> path) {
  const Json* at = member(from, path);
  return at != nullptr && at->is_string() ? at->get<std::string>() : "";
}

/// A number, or a text that is one.
void take(const Json& from, std::initializer_list<const char*> path, std::optional<double>& to,
          Findings& findings) {
  const Json* at = member(from, path);
  if (at == nullptr || at->is_null()) return;
  if (at->is_number()) {
    to = at->get<double>();
    return;
  }
  std::string name;
  for (const char* part : path) {
    if (!name.empty()) name += '.';
    name += part;
  }
  findings.number(to, name, at->is_string() ? at->get<std::string>() : json_text(*at, -1));
}

void take_stage(const Json& from, std::initializer_list<const char*> path, Findings& findings) {
  const Json* stage = member(from, path);
  if (stage == nullptr) return;
  take(*stage, {"x"}, findings.info().stage_m[0], findings);
  take(*stage, {"y"}, findings.info().stage_m[1], findings);
  take(*stage, {"z"}, findings.info().stage_m[2], findings);
}

}  // namespace

bool is_velox_version(std::string_view json) {
  const auto version = parse_json(json, "Version");
  if (!version) return false;
  const std::string format = text_of(version.value(), {"format"});
  return format == "Velox" || format == "DevelopersKit";
}

void read_velox_metadata(std::string_view json, Findings& findings) {
  if (json.empty()) return;
  const auto parsed = parse_json(json, "it");
  if (!parsed) return findings.warn("it is no valid JSON");
  const Json& all = parsed.value();
  ScanInfo& info = findings.info();
  std::optional<double> width, height, x_m, y_m;
  take(all, {"BinaryResult", "PixelSize", "width"}, width, findings);
  take(all, {"BinaryResult", "PixelSize", "height"}, height, findings);
  findings.scaled(x_m, "PixelSize.width", width, text_of(all, {"BinaryResult", "PixelUnitX"}), "m");
  findings.scaled(y_m, "PixelSize.height", height, text_of(all, {"BinaryResult", "PixelUnitY"}),
                  "m");
  findings.pixel_sides(x_m, y_m);
  take(all, {"Scan", "DwellTime"}, info.dwell_time_s, findings);
  take(all, {"Optics", "AccelerationVoltage"}, info.beam_energy_v, findings);
  take_stage(all, {"Stage", "Position"}, findings);
  info.detector = text_of(all, {"BinaryResult", "Detector"});
}

bool read_fibsem_metadata(std::string_view json, Findings& findings) {
  const auto parsed = parse_json(json, "ImageDescription");
  if (!parsed) return false;
  const Json& all = parsed.value();
  if (member(all, {"pixel_size"}) == nullptr && member(all, {"microscope_state"}) == nullptr)
    return false;
  ScanInfo& info = findings.info();
  std::optional<double> x_m, y_m;
  take(all, {"pixel_size", "x"}, x_m, findings);
  take(all, {"pixel_size", "y"}, y_m, findings);
  findings.pixel_sides(x_m, y_m);
  take(all, {"image", "dwell_time"}, info.dwell_time_s, findings);
  take_stage(all, {"microscope_state", "stage_position"}, findings);
  const Json* state = member(all, {"microscope_state"});
  if (state == nullptr) return true;
  const std::string beam_type = lower(text_of(all, {"image", "beam_type"}));
  const char* beam = beam_type.find("ion") == 0 ? "ion_beam" : "electron_beam";
  take(*state, {beam, "voltage"}, info.beam_energy_v, findings);
  take(*state, {beam, "beam_current"}, info.beam_current_a, findings);
  return true;
}

}  // namespace ostracon::io
