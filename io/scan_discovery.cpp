#include "io/scan_discovery.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace ostracon::io::hdf5 {
bool natural_less(const std::string& a, const std::string& b) {
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    std::size_t end_i = i, end_j = j;
    while (end_i < a.size() && digit(a[end_i])) ++end_i;
    while (end_j < b.size() && digit(b[end_j])) ++end_j;
    if (end_i - i != end_j - j) return end_i - i < end_j - j;
    const int order = a.compare(i, end_i - i, b, j, end_j - j);
    if (order != 0) return order < 0;
    i = end_i, j = end_j;
  }
  return std::pair(a.size() - i, a) < std::pair(b.size() - j, b);
}

bool is_class(const Handle& group, const char* wanted) {
  return read_text_attribute(group.get(), "NX_class") == wanted;
}

std::string signal_of(const Handle& group) {
  if (const auto name = read_text_attribute(group.get(), "signal")) return *name;
  for (const std::string& name : child_names(group.get())) {
    const auto dataset = open_dataset(group.get(), name, name);
    if (dataset && H5Aexists(dataset.value().id.get(), "signal") > 0) return name;
  }
  return "";
}

namespace {

/// What our own reader takes: [field, frame, y, x] of the three types.
Result<> check_own(const Dataset& dataset, const std::string& what) {
  const auto bad = [&](const std::string& why) {
    return Error{ErrorCode::kBadInput, what + " " + why};
  };
  const std::size_t rank = dataset.sides.size();
  if (!pixel_type(dataset.id)) return bad("is neither uint8, uint16 nor float32");
  if (rank < 2 || rank > 4)
    return bad("has rank " + std::to_string(rank) + ", not that of [field, frame, y, x]");
  return Ok{};
}

}  // namespace

void read_scan_info(const Handle& group, ScanGroup& scan) {
  scan.info.detector = read_text(group.get(), "detector").value_or("");
  scan.info.pixel_size_m = read_number(group.get(), "pixel_size");
  scan.info.dwell_time_s = read_number(group.get(), "dwell_time");
  scan.info.beam_energy_v = read_number(group.get(), "beam_energy");
  scan.info.beam_current_a = read_number(group.get(), "beam_current");
  const std::array<const char*, 3> axes{"stage_x", "stage_y", "stage_z"};
  for (std::size_t axis = 0; axis < axes.size(); ++axis)
    scan.info.stage_m[axis] = read_number(group.get(), axes[axis]);
  scan.info.adc_offset = read_number(group.get(), "adc_offset");
  scan.info.dn_per_electron = read_number(group.get(), "dn_per_electron");
  const auto positions = open_dataset(group.get(), "field_position", "field_position");
  const auto fields = static_cast<hsize_t>(scan.fields);
  if (!positions || positions.value().sides != std::vector<hsize_t>{fields, 2}) return;
  scan.positions_m.resize(static_cast<std::size_t>(fields));
  if (!read_box(positions.value(), H5T_NATIVE_DOUBLE, {0, 0}, {fields, 2}, scan.positions_m.data(),
                "field_position"))
    scan.positions_m.clear();
  // Not known of any field (of imported scans): NaN.
  for (const auto& position : scan.positions_m)
    if (!std::isfinite(position[0]) || !std::isfinite(position[1])) {
      scan.positions_m.clear();
      return;
    }
}

Result<std::vector<FoundStack>> discover_scans(const Handle& file, const std::string& name) {
  const auto bad = [&](const std::string& why) {
    return Error{ErrorCode::kBadInput, name + ": " + why};
  };
  std::vector<FoundStack> scans;
  bool entry_found = false;
  auto entries = child_names(file.get());
  std::sort(entries.begin(), entries.end(), natural_less);
  for (const std::string& entry_name : entries) {
    if (entry_name == "truth") continue;
    const auto entry = open_group(file.get(), entry_name, entry_name);
    if (!entry || !is_class(entry.value(), "NXentry")) continue;
    entry_found = true;
    auto names = child_names(entry.value().get());
    std::sort(names.begin(), names.end(), natural_less);
    for (const std::string& data_name : names) {
      const auto data = open_group(entry.value().get(), data_name, data_name);
      if (!data || !is_class(data.value(), "NXdata")) continue;
      const std::string path = "/" + entry_name + "/" + data_name;
      const std::string signal = signal_of(data.value());
      if (signal.empty()) return bad(path + " (NXdata) names no signal");
      const std::string what = path + "/" + signal;
      auto dataset = open_dataset(data.value().get(), signal, what);
      if (!dataset) return bad(dataset.error().message);
      if (const auto own = check_own(dataset.value(), what); !own) return bad(own.error().message);
      const std::size_t rank = dataset.value().sides.size();
      auto made = make_stack(std::move(dataset).value(), usual_roles(rank), what);
      if (!made) return bad(made.error().message);
      FoundStack scan = std::move(made).value();
      scan.group.path = path;
      read_scan_info(data.value(), scan.group);
      scans.push_back(std::move(scan));
    }
  }
  H5Eclear2(H5E_DEFAULT);
  if (!entry_found) return bad("no scan: it has no group of class NXentry");
  if (scans.empty()) return bad("no scan: its NXentry has no group of class NXdata");
  return scans;
}

}  // namespace ostracon::io::hdf5
