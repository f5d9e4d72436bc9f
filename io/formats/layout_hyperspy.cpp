// HyperSpy's own files: https://hyperspy.org/rosettasciio/file_specification/hspy.html. Navigation
// axes come first and count frames; of two the first counts fields.
#include "io/formats/hdf5_layouts.hpp"
#include "io/formats/hdf5_lookup.hpp"

namespace ostracon::io::hdf5 {
namespace {

struct SignalAxis {
  bool known = false;
  bool navigates = false;
  std::string name;
  std::optional<double> scale;
  std::string units;
};

SignalAxis axis_of(const Handle& experiment, std::size_t index) {
  SignalAxis axis;
  const auto group = group_at(experiment, "axis-" + std::to_string(index));
  if (!group) return axis;
  axis.known = true;
  const auto navigate = attribute_of(group.value(), "navigate");
  axis.navigates = navigate && (navigate->number.value_or(0) != 0 || navigate->text == "True");
  if (const auto name = attribute_of(group.value(), "name")) axis.name = name->text;
  if (const auto scale = attribute_of(group.value(), "scale")) axis.scale = scale->number;
  if (const auto units = attribute_of(group.value(), "units")) axis.units = units->text;
  return axis;
}

/// Two axes are the image, the others navigate; nothing if it is no stack of images.
std::optional<AxisRoles> hyperspy_roles(const std::vector<SignalAxis>& axes) {
  AxisRoles roles;
  bool y = false, x = false, frame = false;
  bool all = true;
  for (const SignalAxis& axis : axes) all = all && axis.known;
  if (!all) return axes.size() >= 2 ? std::optional(usual_roles(axes.size())) : std::nullopt;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    AxisRole role = AxisRole::kField;
    if (axis->navigates)
      role = frame ? AxisRole::kField : AxisRole::kFrame;
    else if (!x)
      role = AxisRole::kX;
    else if (!y)
      role = AxisRole::kY;
    else
      return std::nullopt;
    frame = frame || role == AxisRole::kFrame;
    x = x || role == AxisRole::kX;
    y = y || role == AxisRole::kY;
    roles.insert(roles.begin(), role);
  }
  return x && y ? std::optional(roles) : std::nullopt;
}

void read_hyperspy_instrument(const Handle& experiment, Findings& findings) {
  ScanInfo& info = findings.info();
  for (const char* kind : {"SEM", "TEM"}) {
    const auto group = group_at(experiment, "metadata/Acquisition_instrument/" + std::string(kind));
    if (!group) continue;
    // Units of HyperSpy's metadata: kV, nA, s, mm.
    const auto take = [&](std::optional<double>& to, const Handle& from, const char* name,
                          const char* base, double factor) {
      set_from(findings, to, name, attribute_of(from, name), base, factor);
    };
    take(info.beam_energy_v, group.value(), "beam_energy", "V", 1e3);
    take(info.beam_current_a, group.value(), "beam_current", "A", 1e-9);
    take(info.dwell_time_s, group.value(), "dwell_time", "s", 1);
    if (const auto stage = group_at(group.value(), "Stage")) {
      take(info.stage_m[0], stage.value(), "x", "m", 1e-3);
      take(info.stage_m[1], stage.value(), "y", "m", 1e-3);
      take(info.stage_m[2], stage.value(), "z", "m", 1e-3);
    }
    return;
  }
}

Result<FoundStack> experiment_stack(const Handle& experiment, const std::string& path,
                                    std::vector<std::string>& warnings) {
  OSTRACON_TRY_ASSIGN(auto dataset, dataset_at(experiment, "data"));
  std::vector<SignalAxis> axes;
  for (std::size_t axis = 0; axis < dataset.sides.size(); ++axis)
    axes.push_back(axis_of(experiment, axis));
  auto roles = hyperspy_roles(axes);
  if (!roles) return Error{ErrorCode::kBadInput, path + "/data is no stack of images"};
  OSTRACON_TRY_ASSIGN(FoundStack stack, make_stack(std::move(dataset), *roles, path + "/data"));
  Findings findings(stack.group.info, warnings, path);
  std::optional<double> x_m, y_m;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if ((*roles)[axis] == AxisRole::kX)
      findings.scaled(x_m, "the scale of x", axes[axis].scale, axes[axis].units, "m");
    if ((*roles)[axis] == AxisRole::kY)
      findings.scaled(y_m, "the scale of y", axes[axis].scale, axes[axis].units, "m");
  }
  findings.pixel_sides(x_m, y_m);
  read_hyperspy_instrument(experiment, findings);
  return stack;
}

}  // namespace

std::optional<FoundLayout> find_hyperspy(const Handle& file) {
  const auto format = attribute_of(file, "file_format");
  const auto experiments = group_at(file, "Experiments");
  if ((!format || format->text != "HyperSpy") && !experiments) return std::nullopt;
  FoundLayout layout{.name = "HyperSpy", .stacks = {}, .warnings = {}};
  if (!experiments) return layout;
  for (const std::string& name : child_names(experiments.value().get())) {
    const std::string path = "/Experiments/" + name;
    const auto experiment = open_group(experiments.value().get(), name, path);
    if (experiment) add_stack(layout, experiment_stack(experiment.value(), path, layout.warnings));
  }
  return layout;
}

}  // namespace ostracon::io::hdf5
