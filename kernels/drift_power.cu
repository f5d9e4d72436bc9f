// The spectra are read once, for the power of every frame and frequency; all else is small. Floor
// of 8 x 4096^2 px, 32 bands: 134 MB / 4.3 TB/s = 31 us.

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/drift_power.hpp"
#include "kernels/drift_power_kernels.hpp"

namespace ostracon::cuda {
namespace {

/// Blocks for all frequencies.
dim3 blocks_for(const DriftBands& bands) {
  constexpr std::int32_t kOfBlock = kThreads * kEach;
  return dim3(static_cast<unsigned>((bands.frequencies() + kOfBlock - 1) / kOfBlock));
}

}  // namespace

std::int32_t DriftPower::noise_rows(const steps::BandShape& shape) {
  std::int32_t rows = 0;
  for (std::int32_t ky = 0; ky < shape.rows; ++ky)
    rows += steps::PowerModel::is_noise(shape, ky) ? 1 : 0;
  return std::max(rows, 1);
}

std::int32_t DriftPower::least_kx(const steps::BandShape& shape) {
  return steps::PowerModel::least_kx(shape);
}

Result<DriftPower::Memories> DriftPower::make_memories(const steps::BandPlan& plan,
                                                       Memory& memory) {
  using steps::PowerModel;
  const steps::BandShape& shape = plan.shape;
  std::vector<std::uint8_t> kinds, ring_of;
  std::vector<std::vector<std::int32_t>> rings(kRings);
  for (std::int32_t ky = 0; ky < shape.rows; ++ky) {
    const bool picture = !PowerModel::is_shading(std::abs(shape.omega_y(ky)));
    kinds.push_back(static_cast<std::uint8_t>((picture ? kPictureRow : 0) |
                                              (PowerModel::is_noise(shape, ky) ? kNoiseRow : 0)));
    for (std::int32_t kx = 0; kx < shape.half_cols(); ++kx) {
      const float radius = PowerModel::radius(shape, ky, kx);
      const std::int32_t ring = PowerModel::radial_bin(radius);
      rings[static_cast<std::size_t>(ring)].push_back(static_cast<std::int32_t>(ring_of.size()));
      ring_of.push_back(
          static_cast<std::uint8_t>(ring | (PowerModel::is_shading(radius) ? kShading : 0)));
    }
  }
  std::vector<std::int32_t> of_ring, ring_first{0};
  for (const auto& ring : rings) {
    of_ring.insert(of_ring.end(), ring.begin(), ring.end());
    ring_first.push_back(static_cast<std::int32_t>(of_ring.size()));
  }
  const auto frames = static_cast<std::size_t>(plan.field.frames);
  const auto half = static_cast<std::size_t>(shape.half_cols());
  OSTRACON_TRY_ASSIGN(auto row_kind, put_table(memory, kinds));
  OSTRACON_TRY_ASSIGN(auto rings_of, put_table(memory, ring_of));
  OSTRACON_TRY_ASSIGN(auto frequencies, put_table(memory, of_ring));
  OSTRACON_TRY_ASSIGN(auto firsts, put_table(memory, ring_first));
  OSTRACON_TRY_ASSIGN(auto power, Buffer<float>::create(memory, frames * shape.size()));
  OSTRACON_TRY_ASSIGN(auto energies, Buffer<double>::create(memory, 2 * frames));
  OSTRACON_TRY_ASSIGN(auto usable, Buffer<std::int32_t>::create(memory, frames));
  OSTRACON_TRY_ASSIGN(auto mean, Buffer<double>::create(memory, shape.size()));
  OSTRACON_TRY_ASSIGN(auto means, Buffer<double>::create(memory, kRings));
  OSTRACON_TRY_ASSIGN(auto noise, Buffer<float>::create(memory, half));
  OSTRACON_TRY_ASSIGN(auto signal, Buffer<float>::create(memory, shape.size()));
  OSTRACON_TRY_ASSIGN(auto weight, Buffer<float>::create(memory, shape.size()));
  OSTRACON_TRY_ASSIGN(auto summary, Buffer<double>::create(memory, kSummary + 3 * frames));
  return Memories{std::move(row_kind), std::move(rings_of), std::move(frequencies),
                  std::move(firsts),   std::move(power),    std::move(energies),
                  std::move(usable),   std::move(mean),     std::move(means),
                  std::move(noise),    std::move(signal),   std::move(weight),
                  std::move(summary)};
}

Result<std::unique_ptr<DriftPower>> DriftPower::create(const steps::BandPlan& plan,
                                                       Device& device) {
  OSTRACON_TRY_ASSIGN(auto memories, make_memories(plan, device.memory()));
  return std::unique_ptr<DriftPower>(new DriftPower(plan, device, std::move(memories)));
}

Result<std::vector<steps::FrameEnergy>> DriftPower::energies(const Complex* spectra) {
  dim3 grid = blocks_for(bands_);
  grid.y = static_cast<unsigned>(bands_.frames);
  OSTRACON_TRY(
      launch(add_up_power, grid, dim3(kThreads), 0, device_, bands_, spectra, of_.power.data()));
  OSTRACON_TRY(launch(add_up_energies, dim3(static_cast<unsigned>(bands_.frames)), dim3(kThreads),
                      0, device_, bands_, least_kx_, of_.row_kind.data(), of_.power.data(),
                      of_.energies.data()));
  std::vector<double> found(of_.energies.size());
  OSTRACON_TRY(of_.energies.download(found));
  std::vector<steps::FrameEnergy> energies;
  for (std::size_t f = 0; f < found.size(); f += 2) energies.push_back({found[f], found[f + 1]});
  return energies;
}

Result<steps::PowerSummary> DriftPower::fit(std::span<const std::size_t> frames) {
  std::vector<std::int32_t> usable;
  for (const std::size_t f : frames) usable.push_back(static_cast<std::int32_t>(f));
  OSTRACON_TRY(device_.memory().upload(of_.frames.data(), usable.data(),
                                       usable.size() * sizeof(std::int32_t)));
  const dim3 all = blocks_for(bands_), block(kThreads);
  OSTRACON_TRY(launch(average_power, all, block, 0, device_, bands_, of_.frames.data(),
                      static_cast<std::int32_t>(usable.size()), of_.power.data(), of_.mean.data()));
  OSTRACON_TRY(launch(fit_noise, dim3(1), block, of_.noise.size() * sizeof(double), device_, bands_,
                      noise_rows_, of_.row_kind.data(), of_.mean.data(), of_.noise.data()));
  OSTRACON_TRY(launch(average_rings, dim3(kRings), dim3(kRingThreads), 0, device_, bands_,
                      of_.of_ring.data(), of_.ring_first.data(), of_.mean.data(), of_.noise.data(),
                      of_.rings.data()));
  OSTRACON_TRY(launch(lay_signal, all, block, 0, device_, bands_, of_.ring_of.data(),
                      of_.rings.data(), of_.noise.data(), of_.signal.data()));
  const auto templates = static_cast<std::size_t>(std::max(bands_.frames - 1, 1));
  OSTRACON_TRY(launch(summarise, dim3(static_cast<unsigned>(templates)), block, 0, device_, bands_,
                      of_.signal.data(), of_.noise.data(), of_.summary.data()));
  std::vector<double> summary(kSummary + 3 * templates);
  OSTRACON_TRY(device_.memory().download(summary.data(), of_.summary.data(),
                                         summary.size() * sizeof(double)));
  weighed_for_ = 0;
  active_ = {std::min(static_cast<std::int32_t>(summary[2]), bands_.rows / 2 - 1),
             std::min(static_cast<std::int32_t>(summary[3]), bands_.half_cols - 2)};
  worth_.clear();
  for (std::size_t i = kSummary; i < summary.size(); i += 3)
    worth_.push_back({summary[i], {summary[i + 1], summary[i + 2]}});
  return steps::PowerSummary{summary[0], summary[1]};
}

Result<const float*> DriftPower::weights(std::size_t others) {
  if (others != weighed_for_)
    OSTRACON_TRY(launch(weigh, blocks_for(bands_), dim3(kThreads), 0, device_, bands_,
                        of_.signal.data(), of_.noise.data(), static_cast<float>(others),
                        of_.weight.data()));
  weighed_for_ = others;
  return of_.weight.data();
}

}  // namespace ostracon::cuda
