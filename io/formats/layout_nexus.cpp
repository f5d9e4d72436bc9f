// NeXus by its classes: every NXdata in an NXentry whose signal is a stack of images. Of NXem the
// instrument is looked for in the groups around it, by the names of its fields.
#include <algorithm>
#include <array>
#include <map>

#include "io/formats/hdf5_layouts.hpp"
#include "io/formats/hdf5_lookup.hpp"
#include "io/scan_discovery.hpp"

namespace ostracon::io::hdf5 {
namespace {

/// Fields of an instrument that are looked for, in any group below the one that holds the images.
struct Wanted {
  std::array<const char*, 4> endings;
  const char* base;
  std::optional<double> ScanInfo::*to;
};
constexpr std::array<Wanted, 3> kWanted{{
    {{"electron_source/voltage", "ebeam_column/voltage", "voltage", "accelerating_voltage"},
     "V",
     &ScanInfo::beam_energy_v},
    {{"scan_controller/dwell_time", "dwell_time", "pixel_time", "dwelltime"},
     "s",
     &ScanInfo::dwell_time_s},
    {{"probe_current", "beam_current", "probe/current", "electron_source/probe_current"},
     "A",
     &ScanInfo::beam_current_a},
}};

constexpr std::size_t kMostPaths = 100000;

/// Steps of the axes, by the attribute `axes`, which names data sets beside the signal.
void read_steps(const Handle& data, const std::vector<std::string>& axes, const AxisRoles& roles,
                Findings& findings) {
  std::optional<double> x_m, y_m;
  for (std::size_t axis = 0; axis < std::min(axes.size(), roles.size()); ++axis) {
    const bool is_x = roles[axis] == AxisRole::kX, is_y = roles[axis] == AxisRole::kY;
    if ((!is_x && !is_y) || axes[axis].empty() || axes[axis] == ".") continue;
    const auto dataset = dataset_at(data, axes[axis]);
    if (!dataset) continue;
    const auto units = attribute_of(dataset.value().id, "units");
    findings.scaled(is_x ? x_m : y_m, "the axis " + axes[axis], step_of(data, axes[axis]),
                    units ? units->text : "", "m");
  }
  findings.pixel_sides(x_m, y_m);
}

/// What instruments below `around` say, the most telling names first.
ScanInfo read_instrument(const Handle& around, const std::string& where,
                         std::vector<std::string>& warnings) {
  std::vector<std::string> paths;
  visit_groups(around, [&](const Handle& group, const std::string& path) {
    for (const std::string& name : dataset_names(group))
      if (paths.size() < kMostPaths) paths.push_back(path + "/" + name);
  });
  ScanInfo info;
  Findings findings(info, warnings, where);
  for (const Wanted& wanted : kWanted) {
    std::optional<double>& to = info.*wanted.to;
    for (const char* name : wanted.endings) {
      const std::string ending = std::string("/").append(name);
      for (const std::string& path : paths)
        if (!to && path.ends_with(ending))
          set_from(findings, to, path.substr(1), value_at(around, path.substr(1)), wanted.base);
    }
  }
  return info;
}

/// Instruments of an entry, each place looked into once.
class Instruments {
 public:
  Instruments(const Handle& entry, std::string name, std::vector<std::string>& warnings)
      : entry_(&entry), name_(std::move(name)), warnings_(&warnings) {}

  /// What is known below `around`, where `info` does not know it yet.
  void add_to(ScanInfo& info, const std::string& around) {
    auto known = known_.find(around);
    if (known == known_.end()) {
      const auto group = group_at(*entry_, around);
      known = known_
                  .emplace(around,
                           group ? read_instrument(group.value(), name_, *warnings_) : ScanInfo{})
                  .first;
    }
    for (const Wanted& wanted : kWanted)
      if (!(info.*wanted.to)) info.*wanted.to = known->second.*wanted.to;
  }

 private:
  const Handle* entry_;
  std::string name_;
  std::vector<std::string>* warnings_;
  std::map<std::string, ScanInfo> known_;
};

Result<FoundStack> nexus_stack(const Handle& data, const std::string& path, bool microscopy,
                               std::vector<std::string>& warnings) {
  const std::string signal = signal_of(data);
  if (signal.empty()) return Error{ErrorCode::kBadInput, path + " (NXdata) names no signal"};
  const std::string what = path + "/" + signal;
  OSTRACON_TRY_ASSIGN(auto dataset, open_dataset(data.get(), signal, what));
  const std::size_t rank = dataset.sides.size();
  if (rank < 2) return Error{ErrorCode::kBadInput, what + " is no stack of images"};
  std::vector<std::string> axes = texts_of(data, "axes");
  if (axes.empty()) {  // old files: one text at the signal
    const auto old = attribute_of(dataset.id, "axes");
    if (old)
      for (const std::string_view name : split(old->text, old->text.find(':') < 1000 ? ':' : ','))
        axes.emplace_back(name);
  }
  // "image" is said of stacks of images: the last two axes, whatever the others are called.
  const bool images = texts_of(data, "interpretation") == std::vector<std::string>{"image"} ||
                      texts_of(dataset.id, "interpretation") == std::vector<std::string>{"image"};
  auto roles = axes.size() == rank && !images ? roles_of_names(axes) : std::nullopt;
  if (microscopy && !images && !roles && axes.size() == rank)  // spectra have two axes, too
    return Error{ErrorCode::kBadInput, what + " is no stack of images by its axes"};
  OSTRACON_TRY_ASSIGN(FoundStack stack,
                      make_stack(std::move(dataset), roles.value_or(usual_roles(rank)), what));
  read_scan_info(data, stack.group);
  Findings findings(stack.group.info, warnings, path);
  if (!stack.group.info.pixel_size_m) read_steps(data, axes, stack.axes, findings);
  return stack;
}

}  // namespace

std::optional<FoundLayout> find_nexus(const Handle& file) {
  FoundLayout layout{.name = "NeXus", .stacks = {}, .warnings = {}};
  bool found = false;
  auto entries = child_names(file.get());
  std::sort(entries.begin(), entries.end(), natural_less);
  for (const std::string& entry_name : entries) {
    const auto entry = open_group(file.get(), entry_name, entry_name);
    if (!entry || !is_class(entry.value(), "NXentry")) continue;
    found = true;
    const auto definition = value_at(entry.value(), "definition");
    const bool microscopy = definition && definition->text == "NXem";
    if (microscopy) layout.name = "NXem";
    Instruments instruments(entry.value(), "/" + entry_name, layout.warnings);
    visit_groups(entry.value(), [&](const Handle& data, const std::string& below) {
      if (!is_class(data, "NXdata")) return;
      const std::string path = "/" + entry_name + below;
      auto stack = nexus_stack(data, path, microscopy, layout.warnings);
      if (stack && microscopy) {
        // The event is the third group of /entry/measurement/event/image/data; else the entry.
        const auto parts = split(below, '/');
        const std::string event =
            parts.size() > 3 ? std::string(parts[1]) + "/" + std::string(parts[2]) : "";
        instruments.add_to(stack.value().group.info, event);
        instruments.add_to(stack.value().group.info, "");
      }
      add_stack(layout, std::move(stack));
    });
  }
  if (!found) return std::nullopt;
  return layout;
}

}  // namespace ostracon::io::hdf5
