// NCEM's EMD (emdatasets.com, version 0.2) and its descendants: dim1 ... dimN or dim0 ... beside
// `data`, each a vector of coordinates with `name` and `units`.
#include "io/formats/hdf5_layouts.hpp"
#include "io/formats/hdf5_lookup.hpp"

namespace ostracon::io::hdf5 {
namespace {

struct Dimension {
  std::string name, units;
  std::optional<double> step;
};

std::vector<Dimension> dimensions_of(const Handle& group, std::size_t rank) {
  const std::size_t first = H5Lexists(group.get(), "dim0", H5P_DEFAULT) > 0 ? 0 : 1;
  std::vector<Dimension> dimensions(rank);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::string name = "dim" + std::to_string(axis + first);
    Dimension& dimension = dimensions[axis];
    dimension.step = step_of(group, name);
    const auto dataset = dataset_at(group, name);
    if (!dataset) continue;
    if (const auto text = attribute_of(dataset.value().id, "name")) dimension.name = text->text;
    if (const auto text = attribute_of(dataset.value().id, "units")) dimension.units = text->text;
  }
  H5Eclear2(H5E_DEFAULT);
  return dimensions;
}

/// In volts. Files say "300000", 300 and "[kV]" beside it, or "300 kV".
void read_microscope(const Handle& file, Findings& findings) {
  const auto microscope = group_at(file, "microscope");
  if (!microscope) return;
  auto voltage = attribute_of(microscope.value(), "voltage");
  if (!voltage) voltage = value_at(microscope.value(), "voltage");
  if (!voltage) return;
  for (const char* name : {"voltage_units", "voltage_unit"})
    if (const auto units = attribute_of(microscope.value(), name)) voltage->units = units->text;
  set_from(findings, findings.info().beam_energy_v, "the microscope's voltage", voltage, "V");
  const auto volts = findings.info().beam_energy_v;
  if (volts && voltage->units.empty() && *volts > 0 && *volts <= 1000) {
    findings.warn("the microscope's voltage has no unit and is taken as kV");
    findings.info().beam_energy_v = *volts * 1e3;
  }
}

Result<FoundStack> ncem_stack(const Handle& file, const Handle& group, const std::string& path,
                              std::vector<std::string>& warnings) {
  OSTRACON_TRY_ASSIGN(auto dataset, dataset_at(group, "data"));
  const auto dimensions = dimensions_of(group, dataset.sides.size());
  std::vector<std::string> names;
  for (const Dimension& dimension : dimensions) names.push_back(dimension.name);
  auto roles = roles_of_names(names);
  if (!roles)
    roles = roles_of_sides(std::vector<std::uint64_t>(dataset.sides.begin(), dataset.sides.end()));
  if (!roles) return Error{ErrorCode::kBadInput, path + "/data is no stack of images"};
  OSTRACON_TRY_ASSIGN(FoundStack stack, make_stack(std::move(dataset), *roles, path + "/data"));
  Findings findings(stack.group.info, warnings, path);
  std::optional<double> x_m, y_m;
  for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
    const Dimension& dimension = dimensions[axis];
    if ((*roles)[axis] == AxisRole::kX)
      findings.scaled(x_m, "the step of x", dimension.step, dimension.units, "m");
    if ((*roles)[axis] == AxisRole::kY)
      findings.scaled(y_m, "the step of y", dimension.step, dimension.units, "m");
  }
  findings.pixel_sides(x_m, y_m);
  read_microscope(file, findings);
  return stack;
}

}  // namespace

std::optional<FoundLayout> find_ncem(const Handle& file) {
  const bool versioned =
      H5Aexists(file.get(), "version_major") > 0 && H5Aexists(file.get(), "version_minor") > 0;
  FoundLayout layout{.name = "NCEM EMD", .stacks = {}, .warnings = {}};
  bool found = false;
  visit_groups(file, [&](const Handle& group, const std::string& path) {
    const auto type = attribute_of(group, "emd_group_type");
    if (!type || !(type->number == 1.0 || type->text == "1" || type->text == "array")) return;
    found = true;
    add_stack(layout, ncem_stack(file, group, path, layout.warnings));
  });
  if (!found && !versioned) return std::nullopt;
  return layout;
}

}  // namespace ostracon::io::hdf5
