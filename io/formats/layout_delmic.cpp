// Odemis of Delmic: an SVI-like file, one /AcquisitionN a channel, images of five axes.
#include <algorithm>

#include "io/formats/hdf5_layouts.hpp"
#include "io/formats/hdf5_lookup.hpp"
#include "io/scan_discovery.hpp"

namespace ostracon::io::hdf5 {
namespace {

constexpr hsize_t kMostChannels = 16;  // more are a spectrum

/// By the labels; C and Z count fields, T frames.
std::optional<AxisRoles> delmic_roles(const Dataset& image) {
  std::vector<std::string> labels = texts_of(image.id, "DIMENSION_LABELS");
  const std::vector<std::string> usual{"C", "T", "Z", "Y", "X"};
  const std::size_t rank = image.sides.size();
  if (labels.size() != rank) {
    if (rank < 2 || rank > usual.size()) return std::nullopt;
    labels.assign(usual.end() - static_cast<std::ptrdiff_t>(rank), usual.end());
  }
  AxisRoles roles;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::string label = lower(labels[axis]);
    if (label == "c" && image.sides[axis] > kMostChannels) return std::nullopt;
    roles.push_back(label == "y"   ? AxisRole::kY
                    : label == "x" ? AxisRole::kX
                    : label == "t" ? AxisRole::kFrame
                                   : AxisRole::kField);
  }
  return roles;
}

void read_metadata(const Handle& acquisition, Findings& findings) {
  ScanInfo& info = findings.info();
  const auto take = [&](std::optional<double>& to, const char* path, const char* base) {
    set_from(findings, to, path, value_at(acquisition, path), base);
  };
  std::optional<double> x_m, y_m;
  take(x_m, "ImageData/DimensionScaleX", "m");
  take(y_m, "ImageData/DimensionScaleY", "m");
  findings.pixel_sides(x_m, y_m);
  take(info.dwell_time_s, "PhysicalData/IntegrationTime", "s");
  take(info.beam_energy_v, "PhysicalData/AccelerationVoltage", "V");
  take(info.beam_current_a, "PhysicalData/EmissionCurrent", "A");
  take(info.stage_m[0], "ImageData/XOffset", "m");
  take(info.stage_m[1], "ImageData/YOffset", "m");
  if (const auto title = value_at(acquisition, "PhysicalData/Title")) info.detector = title->text;
}

}  // namespace

std::optional<FoundLayout> find_delmic(const Handle& file) {
  FoundLayout layout{.name = "Delmic", .stacks = {}, .warnings = {}};
  auto names = child_names(file.get());
  std::sort(names.begin(), names.end(), natural_less);
  bool found = false;
  for (const std::string& name : names) {
    if (!name.starts_with("Acquisition")) continue;
    const auto acquisition = open_group(file.get(), name, name);
    if (!acquisition) continue;
    const auto company = value_at(acquisition.value(), "SVIData/Company");
    auto image = dataset_at(acquisition.value(), "ImageData/Image");
    if (!image && !(company && company->text == "Delmic")) continue;
    found = true;
    const std::string path = "/" + name + "/ImageData/Image";
    if (!image) {
      add_stack(layout, image.error());
      continue;
    }
    const auto roles = delmic_roles(image.value());
    if (!roles) {
      add_stack(layout, Error{ErrorCode::kBadInput, path + " is no stack of images"});
      continue;
    }
    auto stack = make_stack(std::move(image).value(), *roles, path);
    if (stack) {
      Findings findings(stack.value().group.info, layout.warnings, "/" + name);
      read_metadata(acquisition.value(), findings);
    }
    add_stack(layout, std::move(stack));
  }
  H5Eclear2(H5E_DEFAULT);
  if (!found) return std::nullopt;
  return layout;
}

}  // namespace ostracon::io::hdf5
