#include "io/formats/sem_metadata.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "io/formats/json_metadata.hpp"

namespace ostracon::io {
namespace {

void read_stage(const TextTable& table, const std::string& section, double factor,
                Findings& findings) {
  const std::array<const char*, 3> names{"stagex", "stagey", "stagez"};
  for (std::size_t axis = 0; axis < names.size(); ++axis)
    findings.entry(findings.info().stage_m[axis], table, section + names[axis], factor);
}

std::string value_of(const TextTable& table, const std::string& key) {
  const auto found = table.find(key);
  return found == table.end() ? "" : found->second;
}

bool has_line(std::string_view text, std::string_view beginning) {
  for (const std::string_view line : lines_of(text))
    if (trimmed(line).starts_with(beginning)) return true;
  return false;
}

}  // namespace

void read_zeiss(std::string_view text, std::int32_t cols, Findings& findings) {
  // Lines without a name, then pairs: "AP_WD" and "WD =  3.9 mm" (of dates "Date :25 Sep 2018").
  ScanInfo& info = findings.info();
  const auto lines = lines_of(text);
  std::map<std::string, std::string> values;
  std::vector<std::string_view> unnamed;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string key = lower(trimmed(lines[i]));
    const bool named = key.starts_with("ap_") || key.starts_with("dp_") || key.starts_with("sv_");
    if (!named) {
      if (values.empty()) unnamed.push_back(lines[i]);
      continue;
    }
    if (i + 1 >= lines.size()) break;
    const std::string_view line = lines[++i];
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos) values.emplace(key, trimmed(line.substr(equals + 1)));
  }
  const auto take = [&](std::optional<double>& to, const char* key, const char* base) {
    const auto found = values.find(key);
    if (found != values.end()) findings.quantity(to, key, found->second, base);
  };
  // The fourth unnamed number is the side of a pixel of a picture of 1024 columns.
  std::optional<double> side;
  take(side, "ap_image_pixel_size", "m");
  if (!side && unnamed.size() > 3) {
    findings.number(side, "the fourth number of its tag", unnamed[3], 1024.0 / cols);
  }
  if (!side) {
    take(side, "ap_width", "m");
    if (side) *side /= cols;
  }
  findings.pixel_sides(side, side);
  take(info.dwell_time_s, "dp_dwell_time", "s");
  if (!info.dwell_time_s) take(info.dwell_time_s, "ap_dwell_time", "s");
  take(info.beam_energy_v, "ap_actualkv", "V");
  if (!info.beam_energy_v) take(info.beam_energy_v, "ap_manualkv", "V");
  take(info.beam_current_a, "ap_iprobe", "A");
  take(info.stage_m[0], "ap_stage_at_x", "m");
  take(info.stage_m[1], "ap_stage_at_y", "m");
  take(info.stage_m[2], "ap_stage_at_z", "m");
  const auto detector = values.find("dp_detector_channel");
  if (detector != values.end()) info.detector = detector->second;
}

void read_fei(std::string_view text, std::int32_t rows, Findings& findings) {
  ScanInfo& info = findings.info();
  const TextTable table = parse_ini(text);
  std::optional<double> x_m, y_m;
  findings.entry(x_m, table, "scan/pixelwidth");
  findings.entry(y_m, table, "scan/pixelheight");
  if (!x_m) findings.entry(x_m, table, "escan/pixelwidth");
  if (!y_m) findings.entry(y_m, table, "escan/pixelheight");
  findings.pixel_sides(x_m, y_m);
  findings.entry(info.dwell_time_s, table, "scan/dwelltime");
  if (!info.dwell_time_s) findings.entry(info.dwell_time_s, table, "escan/dwell");
  findings.entry(info.beam_energy_v, table, "beam/hv");
  // [Beam] Beam names the section of the beam that was in use.
  const std::string beam = lower(value_of(table, "beam/beam")) + "/";
  if (!info.beam_energy_v) findings.entry(info.beam_energy_v, table, beam + "hv");
  findings.entry(info.beam_current_a, table, beam + "beamcurrent");
  read_stage(table, "stage/", 1, findings);
  info.detector = value_of(table, "detectors/name");
  std::optional<double> distance, image_rows;
  findings.entry(distance, table, "stage/workingdistance");  // only for the warning
  findings.entry(image_rows, table, "image/resolutiony");
  if (image_rows && *image_rows > 0 && *image_rows < rows)
    findings.warn("rows from " + std::to_string(static_cast<std::int64_t>(*image_rows)) + " to " +
                  std::to_string(rows - 1) + " are its data bar; they are kept");
}

void read_tescan(std::string_view text, Findings& findings) {
  // A binary head, then INI text, with or without sections; of a .hdr file [MAIN] and [SEM].
  ScanInfo& info = findings.info();
  std::string plain;
  for (const char c : text)
    plain += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r' ? '\n' : c;
  TextTable flat;
  for (const auto& [key, value] : parse_ini(plain)) {
    std::string name = key.substr(key.rfind('/') + 1);
    // The first key follows the binary head on its line.
    for (const char* known : {"pixelsizex", "accframes", "accdate"})
      if (const std::size_t at = name.find(known); at != std::string::npos) name = name.substr(at);
    flat.emplace(std::move(name), value);
  }
  std::optional<double> x_m, y_m;
  findings.entry(x_m, flat, "pixelsizex");
  findings.entry(y_m, flat, "pixelsizey");
  findings.pixel_sides(x_m, y_m);
  findings.entry(info.dwell_time_s, flat, "dwelltime");
  findings.entry(info.beam_energy_v, flat, "hv");
  findings.entry(info.beam_current_a, flat, "predictedbeamcurrent");
  read_stage(flat, "", 1, findings);
  info.detector = value_of(flat, "detector");
}

void read_jeol(std::string_view text, std::int32_t cols, Findings& findings) {
  ScanInfo& info = findings.info();
  std::map<std::string, std::string> values;
  for (std::string_view line : lines_of(text)) {
    line = trimmed(line);
    if (!line.starts_with('$')) continue;
    const std::size_t blank = std::min(line.find(' '), line.size());
    values.emplace(lower(line.substr(0, blank)), trimmed(line.substr(blank)));
  }
  const auto text_of = [&](const char* key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  };
  const auto first_of = [&](const char* key) {
    return std::string(split(text_of(key), ' ').front());
  };
  std::optional<double> magnification, width_um, side;
  // The picture's width in micrometres where it is told; else a magnification of 1 shows 128 mm.
  findings.number(width_um, "$CM_FIELD_OF_VIEW", first_of("$cm_field_of_view"));
  findings.number(magnification, "$CM_MAG", text_of("$cm_mag"));
  if (width_um && *width_um > 0)
    side = *width_um * 1e-6 / cols;
  else if (magnification && *magnification > 0)
    side = 0.128 / *magnification / cols;
  findings.pixel_sides(side, side);
  findings.number(info.beam_energy_v, "$CM_ACCEL_VOLT", text_of("$cm_accel_volt"), 1e3);
  const std::string position = text_of("$cm_stage_pos");  // x y z in mm, rotation, tilts
  const auto coordinates = split(position, ' ');
  for (std::size_t axis = 0; axis < 3 && axis < coordinates.size(); ++axis)
    findings.number(info.stage_m[axis], "$CM_STAGE_POS", coordinates[axis], 1e-3);
  info.detector = text_of("$cm_detector");
}

void read_hitachi(std::string_view text, Findings& findings) {
  ScanInfo& info = findings.info();
  const TextTable table = parse_ini(text);
  const std::string section = "semimagefile/";
  std::optional<double> side;
  findings.entry(side, table, section + "pixelsize", 1e-9);
  findings.pixel_sides(side, side);
  const auto take = [&](std::optional<double>& to, const std::string& key, const char* base) {
    const std::string value = value_of(table, section + key);
    if (!value.empty()) findings.quantity(to, key, value, base);
  };
  take(info.beam_energy_v, "acceleratingvoltage", "V");
  take(info.dwell_time_s, "dwelltime", "s");
  findings.entry(info.stage_m[0], table, section + "stagepositionx", 1e-9);
  findings.entry(info.stage_m[1], table, section + "stagepositiony", 1e-9);
  info.detector = value_of(table, section + "signalname");
}

std::string read_picture_metadata(const PictureTexts& texts, std::int32_t rows, std::int32_t cols,
                                  Findings& findings) {
  const auto tag = [&](std::uint32_t number) -> std::string_view {
    const auto found = texts.tags.find(number);
    return found == texts.tags.end() ? std::string_view() : std::string_view(found->second);
  };
  if (const auto text = tag(kZeissTag); !text.empty()) {
    read_zeiss(text, cols, findings);
    return "Zeiss";
  }
  for (const std::uint32_t number : {kFeiHeliosTag, kFeiSfegTag})
    if (const auto text = tag(number); !text.empty()) {
      read_fei(text, rows, findings);
      return "Thermo Fisher/FEI";
    }
  if (const auto text = tag(kTescanTag); !text.empty()) {
    read_tescan(text, findings);
    return "TESCAN";
  }
  if (const auto text = tag(kDescriptionTag); text.starts_with('{'))
    if (read_fibsem_metadata(text, findings)) return "fibsemOS";
  for (const auto& [name, text] : texts.side_cars) {
    if (has_line(text, "$CM_FORMAT") || has_line(text, "$SEM_DATA_VERSION")) {
      read_jeol(text, cols, findings);
      return "JEOL";
    }
    if (has_line(text, "[SemImageFile]")) {
      read_hitachi(text, findings);
      return "Hitachi";
    }
    if (lower(name).ends_with(".hdr") && has_line(text, "PixelSizeX")) {
      read_tescan(text, findings);
      return "TESCAN";
    }
  }
  return "";
}

}  // namespace ostracon::io
