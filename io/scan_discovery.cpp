#include "io/scan_discovery.hpp"

#include <algorithm>
#include <cctype>

namespace ostracon::io::hdf5 {
namespace {

/// "scan2" before "scan10": runs of digits compare by value.
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

std::string dimensions(const std::vector<hsize_t>& sides) {
  std::string text;
  for (const hsize_t side : sides) text += (text.empty() ? "" : " x ") + std::to_string(side);
  return text.empty() ? "one value" : text;
}

/// The name of the signal: attribute `signal` of the group, or (old files) the data set that has
/// an attribute `signal`.
std::string signal_of(const Handle& group) {
  if (const auto name = read_text_attribute(group.get(), "signal")) return *name;
  for (const std::string& name : child_names(group.get())) {
    const auto dataset = open_dataset(group.get(), name, name);
    if (dataset && H5Aexists(dataset.value().id.get(), "signal") > 0) return name;
  }
  return "";
}

Result<> read_shape(const Dataset& dataset, const std::string& what, ScanGroup& group) {
  const auto bad = [&](const std::string& why) {
    return Error{ErrorCode::kBadInput, what + " " + why};
  };
  const auto type = pixel_type(dataset.id);
  if (!type) return bad("is neither uint8, uint16 nor float32");
  const std::size_t rank = dataset.sides.size();
  if (rank < 2 || rank > 4)
    return bad("has rank " + std::to_string(rank) + " (" + dimensions(dataset.sides) +
               "), not [field, frame, y, x]");
  const hsize_t fields = rank == 4 ? dataset.sides[0] : 1;
  const hsize_t frames = rank >= 3 ? dataset.sides[rank - 3] : 1;
  const hsize_t rows = dataset.sides[rank - 2], cols = dataset.sides[rank - 1];
  if (fields == 0) return bad("holds no field");
  if (frames == 0) return bad("holds fields of no frame");
  if (rows == 0 || cols == 0) return bad("holds frames of no pixel");
  const auto side_limit = static_cast<hsize_t>(kMaxSide);
  const auto field_bytes = static_cast<hsize_t>(kMaxFieldBytes);
  if (rows > side_limit || cols > side_limit || frames > static_cast<hsize_t>(kMaxFrames) ||
      frames * rows * cols > field_bytes / bytes_of(*type) ||
      fields > static_cast<hsize_t>(kMaxFields))
    return bad("is of " + dimensions(dataset.sides) + ", beyond the limits of " +
               std::to_string(kMaxFields) + " fields, " + std::to_string(kMaxSide) +
               " pixels a side, " + std::to_string(kMaxFrames) + " frames and 64 GiB a field");
  // A small file must not make its reader allocate for data that are not there.
  const Handle properties(H5Dget_create_plist(dataset.id.get()));
  const hsize_t stored = H5Dget_storage_size(dataset.id.get());
  const hsize_t needed =
      H5Pget_nfilters(properties.get()) > 0 ? 1 : frames * rows * cols * bytes_of(*type);
  if (stored < needed) return bad("holds no data: the frames were never written");
  group.fields = static_cast<std::int64_t>(fields);
  group.info.shape = {.frames = static_cast<std::int32_t>(frames),
                      .rows = static_cast<std::int32_t>(rows),
                      .cols = static_cast<std::int32_t>(cols),
                      .type = *type};
  return Ok{};
}

/// Everything that is good to know and may be absent.
void read_info(const Handle& group, ScanGroup& scan) {
  scan.info.detector = read_text(group.get(), "detector").value_or("");
  scan.info.pixel_size_m = read_number(group.get(), "pixel_size");
  scan.info.dwell_time_s = read_number(group.get(), "dwell_time");
  scan.info.beam_energy_v = read_number(group.get(), "beam_energy");
  scan.info.adc_offset = read_number(group.get(), "adc_offset");
  scan.info.dn_per_electron = read_number(group.get(), "dn_per_electron");
  const auto positions = open_dataset(group.get(), "field_position", "field_position");
  const auto fields = static_cast<hsize_t>(scan.fields);
  if (!positions || positions.value().sides != std::vector<hsize_t>{fields, 2}) return;
  scan.positions_m.resize(static_cast<std::size_t>(fields));
  if (!read_box(positions.value(), H5T_NATIVE_DOUBLE, {0, 0}, {fields, 2}, scan.positions_m.data(),
                "field_position"))
    scan.positions_m.clear();
}

}  // namespace

Result<std::vector<FoundScan>> discover_scans(const Handle& file, const std::string& name) {
  const auto bad = [&](const std::string& why) {
    return Error{ErrorCode::kBadInput, name + ": " + why};
  };
  std::vector<FoundScan> scans;
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
      FoundScan scan;
      scan.group.path = "/" + entry_name + "/" + data_name;
      const std::string signal = signal_of(data.value());
      if (signal.empty()) return bad(scan.group.path + " (NXdata) names no signal");
      const std::string what = scan.group.path + "/" + signal;
      auto dataset = open_dataset(data.value().get(), signal, what);
      if (!dataset) return bad(dataset.error().message);
      scan.frames = std::move(dataset).value();
      if (const auto shape = read_shape(scan.frames, what, scan.group); !shape)
        return bad(shape.error().message);
      read_info(data.value(), scan.group);
      scans.push_back(std::move(scan));
    }
  }
  H5Eclear2(H5E_DEFAULT);
  if (!entry_found) return bad("no scan: it has no group of class NXentry");
  if (scans.empty()) return bad("no scan: its NXentry has no group of class NXdata");
  return scans;
}

}  // namespace ostracon::io::hdf5
