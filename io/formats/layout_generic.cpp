// Files of no known layout: the largest array that may be pictures, its axes by names of dimension
// scales or by its sides.
#include <algorithm>

#include "io/formats/hdf5_layouts.hpp"
#include "io/formats/hdf5_lookup.hpp"

namespace ostracon::io::hdf5 {
namespace {

constexpr std::uint64_t kLeastSide = 8;

std::vector<std::uint64_t> sides_of(const Dataset& dataset) {
  return {dataset.sides.begin(), dataset.sides.end()};
}

std::optional<AxisRoles> likely_roles(const Dataset& dataset) {
  for (const char* name : {"DIMENSION_LABELS", "axes", "dims"}) {
    auto names = texts_of(dataset.id, name);
    if (names.size() == 1 && dataset.sides.size() > 1) {
      const std::string one = names.front();
      names.clear();
      for (const std::string_view part : split(one, ',')) names.emplace_back(part);
    }
    if (names.size() != dataset.sides.size()) continue;
    if (auto roles = roles_of_names(names)) return roles;
  }
  return roles_of_sides(sides_of(dataset));
}

/// Pixel sizes as people write them: an attribute of the data set, its group or the file.
void read_pixel_size(const Handle& file, const std::string& path, const Handle& dataset,
                     Findings& findings) {
  struct Name {
    const char* name;
    double factor;  // of its plain number
  };
  // Sizes without a unit are metres, but where their name says micrometres or nanometres.
  static constexpr Name kNames[] = {{"pixel_size", 1},         {"pixel_size_m", 1},
                                    {"pixel_size_nm", 1e-9},   {"pixel_size_um", 1e-6},
                                    {"element_size_um", 1e-6}, {"scale", 1},
                                    {"resolution", 1}};
  const auto group = group_at(file, path.substr(0, path.rfind('/')));
  for (const Handle* object : {&dataset, group ? &group.value() : &dataset, &file})
    for (const Name& known : kNames) {
      auto value = attribute_of(*object, known.name);
      if (!value) continue;
      for (const char* units : {"units", "unit", "pixel_size_units", "pixel_unit"})
        if (const auto unit = attribute_of(*object, units)) value->units = unit->text;
      std::optional<double> side;
      set_from(findings, side, known.name, value, "m", known.factor);
      // A plain "scale" of 2 or a "resolution" of 96 is no length of a pixel.
      if (side && value->units.empty() && *side > 1e-3) {
        findings.warn("its " + std::string(known.name) + " has no unit and is left out");
        continue;
      }
      findings.pixel_sides(side, side);
      if (findings.info().pixel_size_m) return;
    }
}

Result<FoundLayout> stack_layout(const Handle& file, Dataset dataset, AxisRoles roles,
                                 const std::string& path) {
  FoundLayout layout{.name = "HDF5", .stacks = {}, .warnings = {}};
  OSTRACON_TRY_ASSIGN(auto stack, make_stack(std::move(dataset), std::move(roles), path));
  Findings findings(stack.group.info, layout.warnings, path);
  read_pixel_size(file, path, stack.frames.id, findings);
  layout.stacks.push_back(std::move(stack));
  return layout;
}

}  // namespace

void add_stack(FoundLayout& layout, Result<FoundStack> stack) {
  if (stack)
    layout.stacks.push_back(std::move(stack).value());
  else
    layout.warnings.push_back(stack.error().message + "; it is passed over");
}

std::optional<FoundLayout> find_generic(const Handle& file) {
  std::string best_path;
  std::uint64_t best = 0;
  visit_groups(file, [&](const Handle& group, const std::string& path) {
    if (path == "/truth") return;
    for (const std::string& name : dataset_names(group)) {
      const std::string whole = path + "/" + name;
      auto dataset = open_dataset(group.get(), name, whole);
      if (!dataset) continue;
      const auto roles = likely_roles(dataset.value());
      if (!roles) continue;
      auto stack = make_stack(std::move(dataset).value(), *roles, whole);
      if (!stack) continue;
      const FieldShape& shape = stack.value().group.info.shape;
      if (std::min(shape.rows, shape.cols) < static_cast<std::int32_t>(kLeastSide)) continue;
      const auto samples = shape.pixels_per_frame() * static_cast<std::uint64_t>(shape.frames) *
                           static_cast<std::uint64_t>(stack.value().group.fields);
      if (samples <= best) continue;
      best = samples;
      best_path = whole;
    }
  });
  H5Eclear2(H5E_DEFAULT);
  if (best == 0) return std::nullopt;
  auto told = told_layout(file, best_path, {});
  if (!told) return std::nullopt;
  return std::move(told).value();
}

Result<FoundLayout> told_layout(const Handle& file, const std::string& path,
                                const AxisRoles& axes) {
  const std::string whole = path.starts_with('/') ? path : "/" + path;
  OSTRACON_TRY_ASSIGN(auto dataset, dataset_at(file, whole));
  std::optional<AxisRoles> roles = axes;
  if (axes.empty()) roles = likely_roles(dataset);
  if (!roles)
    return Error{ErrorCode::kBadInput, whole + " has " + std::to_string(dataset.sides.size()) +
                                           " axes; which is which must be told"};
  return stack_layout(file, std::move(dataset), *roles, whole);
}

}  // namespace ostracon::io::hdf5
