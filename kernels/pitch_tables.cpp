#include "kernels/pitch_tables.hpp"

#include <cmath>

namespace ostracon::cuda {
namespace {

std::vector<float> radii(std::int32_t highest) {
  std::vector<float> radius;
  for (std::int32_t ky = -highest; ky <= highest; ++ky)
    for (std::int32_t kx = 0; kx <= highest; ++kx)
      radius.push_back(std::hypot(static_cast<float>(ky), static_cast<float>(kx)));
  return radius;
}

/// Where bins of every whole radius below `highest` begin, their end, then the bins in that order.
std::vector<std::int32_t> starts_and_order(const std::vector<float>& radius, std::int32_t highest) {
  const auto count = static_cast<std::size_t>(highest);
  std::vector<std::vector<std::int32_t>> of_radius(count);
  for (std::size_t bin = 0; bin < radius.size(); ++bin)
    if (const auto whole = static_cast<std::size_t>(radius[bin]); whole < count)
      of_radius[whole].push_back(static_cast<std::int32_t>(bin));
  std::vector<std::int32_t> all(count + 1, 0);
  for (std::size_t r = 0; r < count; ++r)
    all[r + 1] = all[r] + static_cast<std::int32_t>(of_radius[r].size());
  for (const auto& bins : of_radius) all.insert(all.end(), bins.begin(), bins.end());
  return all;
}

}  // namespace

Result<PitchPlan> PitchPlan::create(const PitchFinderConfig& config, Memory& memory) {
  PitchTables tables{};
  const std::int32_t crop = steps::crop_side(config);
  tables.crop = crop;
  tables.highest = steps::highest_line(config, crop);
  tables.lowest = static_cast<float>(crop) / config.max_pitch_px;
  const std::vector<float> radius = radii(tables.highest);
  constexpr std::size_t kTables = 10;
  const std::size_t floats = 8 * static_cast<std::size_t>(crop) + radius.size() + 4 * kTables;
  OSTRACON_TRY_ASSIGN(auto packed, PackedFloats::create(memory, floats));
  tables.window = packed.put(steps::hann(crop));
  tables.fine_window = packed.put(steps::hann(2 * crop));
  for (std::size_t k = 0; k < 2; ++k) {
    tables.fine[k] = packed.put(steps::gaussian(crop, steps::kFinePx[k]));
    tables.coarse[k] = packed.put(steps::gaussian(crop, steps::kCoarsePx[k]));
  }
  tables.gradient = packed.put(steps::gaussian(crop, steps::kGradientPx));
  tables.radius = packed.put(radius);
  OSTRACON_TRY(packed.send("PitchFinder"));
  const std::vector<std::int32_t> integers = starts_and_order(radius, tables.highest);
  OSTRACON_TRY_ASSIGN(auto on_device, Buffer<std::int32_t>::from(memory, integers));
  tables.radius_start = on_device.data();
  tables.order = on_device.data() + tables.highest + 1;
  return PitchPlan(std::move(packed), std::move(on_device), tables);
}

}  // namespace ostracon::cuda
