#include <string>
#include <utility>

#include "host/steps/lattice_map.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/lattice_demodulator.hpp"
#include "kernels/lattice_filter.hpp"
#include "kernels/lattice_refinement.hpp"
#include "kernels/lattice_tracker.hpp"
#include "pipeline/rules/field_maps.hpp"

// Floor: at 3 px a module the soft grid reads most of the equalised image once, 4 bytes a pixel,
// and writes a byte a module: 16 us for 4096 x 4096 px at 4.3 TB/s.

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kThreads = 256;

/// The map's nodes, a thread each. `map` has their places in `nodes`.
__global__ void __launch_bounds__(kThreads)
    find_nodes(const rules::PhaseField field, const rules::NodeGrid map, const rules::Point middle,
               const float row0, const float col0, rules::Point* nodes) {
  const auto node = static_cast<std::int32_t>(blockIdx.x * kThreads + threadIdx.x);
  if (node >= map.node_rows * map.node_cols) return;
  const std::int32_t i = node / map.node_cols;
  const std::int32_t j = node - i * map.node_cols;
  const rules::Module module{row0 + static_cast<float>(map.first_row + i * map.step),
                             col0 + static_cast<float>(map.first_col + j * map.step)};
  nodes[node] = rules::pixel_under(field, module, middle);
}

/// Every module's soft value, [rows][cols].
__global__ void __launch_bounds__(kThreads)
    sample_modules(const ImageView<const float> image, const ImageScale* scale,
                   const rules::NodeGrid map, const std::int32_t rows, const std::int32_t cols,
                   std::int8_t* soft) {
  const auto module = static_cast<std::int32_t>(blockIdx.x * kThreads + threadIdx.x);
  if (module >= rows * cols) return;
  const std::int32_t row = module / cols;
  const std::int32_t col = module - row * cols;
  const auto at = rules::node_map_at(map, static_cast<float>(row), static_cast<float>(col));
  soft[module] = rules::soft_module(image, at.y, at.x, rules::soft_scale(scale->rms));
}

class CudaLatticeTracker final : public LatticeTracker {
 public:
  CudaLatticeTracker(const LatticeTrackerConfig& config, LatticeFilter filter,
                     LatticeDemodulator demodulator, DevicePhaseFitter fitter, Buffer<float> nodes,
                     Buffer<std::int8_t> soft, Device& device)
      : config_(config),
        filter_(std::move(filter)),
        demodulator_(std::move(demodulator)),
        fitter_(std::move(fitter)),
        nodes_(std::move(nodes)),
        soft_(std::move(soft)),
        device_(device) {}

  Result<std::optional<FieldLattice>> run(ImageView<const float> mean,
                                          const LatticeSeed& seed) override {
    if (mean.rows != config_.rows || mean.cols != config_.cols)
      return Error{ErrorCode::kInvalidArgument, "LatticeTracker: image has another shape"};
    auto tiles = steps::plan_tiles(seed, config_.rows, config_.cols);
    if (!tiles) return std::optional<FieldLattice>();
    OSTRACON_TRY(measure(mean, seed, *tiles));
    OSTRACON_TRY_ASSIGN(const auto phase, steps::follow(*tiles, fitter_));
    if (!phase) return std::optional<FieldLattice>();
    auto plan = steps::plan_lattice(seed, *phase, tiles->tile_px, config_.rows, config_.cols);
    if (!plan) return std::optional<FieldLattice>();
    const float* left = fitter_.phase();
    OSTRACON_TRY(sample(
        steps::phase_field(seed, *phase, tiles->tile_px, left, left + phase->row.size()), *plan));
    return std::optional<FieldLattice>(std::move(plan->lattice));
  }

 private:
  Result<> measure(const ImageView<const float>& mean, const LatticeSeed& seed,
                   steps::PhaseTiles& tiles) {
    const auto carriers = steps::Carriers::of(seed);
    std::optional<steps::PhaseTiles> plain;
    if (seed.in_image) {
      plain = tiles;
      OSTRACON_TRY(filter_.look_at(mean));
      demodulator_.begin(carriers, *plain);
      OSTRACON_TRY(demodulator_.add(mean, filter_, LatticeAspect::kPlain, 0, 0));
      OSTRACON_TRY(demodulator_.finish(*plain));
    }
    // The pixel grid comes last, so that the filter is left on it for the soft grid.
    demodulator_.begin(carriers, tiles);
    for (const auto& [oy, ox] : steps::contrast_offsets(seed.pitch())) {
      OSTRACON_TRY(filter_.equalise(mean, seed.pitch(), config_.assumed_blur, oy, ox));
      OSTRACON_TRY(demodulator_.add(filter_.image(), filter_, LatticeAspect::kContrast, oy, ox));
    }
    OSTRACON_TRY(demodulator_.finish(tiles));
    if (plain) steps::join(tiles, *plain);
    return Ok{};
  }

  Result<> sample(const rules::PhaseField& field, steps::PlannedLattice& plan) {
    FieldLattice& lattice = plan.lattice;
    LatticeMap& map = lattice.map;
    const auto modules =
        static_cast<std::size_t>(lattice.rows) * static_cast<std::size_t>(lattice.cols);
    if (modules > soft_.size() || 2 * map.nodes.size() > nodes_.size())
      return Error{ErrorCode::kInvalidArgument,
                   "LatticeTracker: a lattice of " + std::to_string(lattice.rows) + " x " +
                       std::to_string(lattice.cols) + " modules; there is memory for " +
                       std::to_string(soft_.size())};
    const rules::NodeGrid grid{nodes_.data(), map.step,      map.first_row,
                               map.first_col, map.node_rows, map.node_cols};
    const auto blocks = [](std::size_t threads) {
      return dim3(static_cast<unsigned>((threads + kThreads - 1) / kThreads));
    };
    OSTRACON_TRY(launch(find_nodes, blocks(map.nodes.size()), dim3(kThreads), 0, device_, field,
                        grid, plan.middle, plan.row0, plan.col0,
                        reinterpret_cast<rules::Point*>(nodes_.data())));
    OSTRACON_TRY(launch(sample_modules, blocks(modules), dim3(kThreads), 0, device_,
                        filter_.image(), filter_.scale(), grid, lattice.rows, lattice.cols,
                        soft_.data()));
    lattice.soft = {soft_.data(), lattice.rows, lattice.cols, lattice.cols};
    return device_.memory().download(map.nodes.data(), nodes_.data(),
                                     map.nodes.size() * sizeof map.nodes[0]);
  }

  LatticeTrackerConfig config_;
  LatticeFilter filter_;
  LatticeDemodulator demodulator_;
  DevicePhaseFitter fitter_;
  Buffer<float> nodes_;
  Buffer<std::int8_t> soft_;
  Device& device_;
};

}  // namespace

Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(const LatticeTrackerConfig& config,
                                                             Device& device) {
  OSTRACON_TRY(steps::check(config));
  auto& memory = device.memory();
  OSTRACON_TRY_ASSIGN(auto filter, LatticeFilter::create(config.rows, config.cols, device));
  OSTRACON_TRY_ASSIGN(auto demodulator,
                      LatticeDemodulator::create(config.rows, config.cols, device));
  const auto most_tiles = static_cast<std::size_t>(config.rows / steps::kLeastTilePx) *
                          static_cast<std::size_t>(config.cols / steps::kLeastTilePx);
  OSTRACON_TRY_ASSIGN(auto fitter, DevicePhaseFitter::create(most_tiles, device));
  const std::size_t side = steps::most_lattice_side(config.rows, config.cols);
  const std::size_t node_side = side / static_cast<std::size_t>(steps::kNodeStep) + 4;
  OSTRACON_TRY_ASSIGN(auto nodes, Buffer<float>::create(memory, 2 * node_side * node_side));
  OSTRACON_TRY_ASSIGN(auto soft, Buffer<std::int8_t>::create(memory, side * side));
  return std::unique_ptr<LatticeTracker>(std::make_unique<CudaLatticeTracker>(
      config, std::move(filter), std::move(demodulator), std::move(fitter), std::move(nodes),
      std::move(soft), device));
}

}  // namespace ostracon::cuda
