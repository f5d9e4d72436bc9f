#include "host/cpu/lattice_tracker.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "host/cpu/lattice_demodulator.hpp"
#include "host/parallel.hpp"
#include "host/steps/lattice_map.hpp"
#include "pipeline/rules/log_cosh.hpp"

namespace ostracon::cpu {
namespace {

class CpuLatticeTracker final : public LatticeTracker {
 public:
  explicit CpuLatticeTracker(const LatticeTrackerConfig& config)
      : config_(config),
        equalised_(static_cast<std::size_t>(config.rows) * static_cast<std::size_t>(config.cols)) {}

  Result<std::optional<FieldLattice>> run(ImageView<const float> mean,
                                          const LatticeSeed& seed) override {
    if (mean.rows != config_.rows || mean.cols != config_.cols)
      return Error{ErrorCode::kInvalidArgument, "LatticeTracker: image has another shape"};
    auto tiles = steps::plan_tiles(seed, config_.rows, config_.cols);
    if (!tiles) return std::optional<FieldLattice>();
    measure(mean, seed, *tiles);
    steps::PhaseFitter fitter;
    OSTRACON_TRY_ASSIGN(const auto phase, steps::follow(*tiles, fitter));
    if (!phase) return std::optional<FieldLattice>();
    auto plan = steps::plan_lattice(seed, *phase, tiles->tile_px, config_.rows, config_.cols);
    if (!plan) return std::optional<FieldLattice>();
    steps::fill_nodes(
        steps::phase_field(seed, *phase, tiles->tile_px, phase->row.data(), phase->col.data()),
        *plan);
    sample(plan->lattice);
    return std::optional<FieldLattice>(std::move(plan->lattice));
  }

 private:
  ImageView<float> equalised() {
    return {equalised_.data(), config_.rows, config_.cols, config_.cols};
  }

  void measure(const ImageView<const float>& mean, const LatticeSeed& seed,
               steps::PhaseTiles& tiles) {
    const auto carriers = steps::Carriers::of(seed);
    Demodulator demodulator(carriers, tiles);
    // The pixel grid comes last, so that `equalised_` is left on it for the soft grid.
    for (const auto& [oy, ox] : steps::contrast_offsets(seed.pitch())) {
      equalise_image(mean, seed.pitch(), config_.assumed_blur, oy, ox, equalised());
      rms_ = rms_of(equalised());
      demodulator.add(equalised(), Aspect::kContrast, 3.0F / rms_, oy, ox);
    }
    demodulator.finish();
    if (!seed.in_image) return;
    steps::PhaseTiles plain{tiles.tile_px, tiles.rows, tiles.cols, {}, {}};
    Demodulator image(carriers, plain);
    image.add(mean, Aspect::kPlain, 1.0F / rms_of(mean), 0, 0);
    image.finish();
    steps::join(tiles, plain);
  }

  /// Of every 7th pixel, without what stands out: damage is no measure of the modules.
  static float rms_of(const ImageView<const float>& image) {
    float limit = 1;
    for (int round = 0; round < 3; ++round) {
      double sum = 0;
      std::size_t count = 0;
      for (std::int32_t y = 0; y < image.rows; ++y)
        for (std::int32_t x = y % 7; x < image.cols; x += 7) {
          const float value = image(y, x);
          if (!(std::abs(value) < limit)) continue;
          sum += static_cast<double>(value * value);
          ++count;
        }
      limit =
          3 * static_cast<float>(std::sqrt(std::max(sum / static_cast<double>(count + 1), 1e-12)));
    }
    return limit / 3;
  }

  void sample(FieldLattice& lattice) {
    soft_.resize(static_cast<std::size_t>(lattice.rows) * static_cast<std::size_t>(lattice.cols));
    lattice.soft = {soft_.data(), lattice.rows, lattice.cols, lattice.cols};
    const ImageView<const float> image = equalised();
    const float scale = rules::soft_scale(rms_);
    parallel_for(lattice.rows, [&](std::int64_t row) {
      std::int8_t* out =
          soft_.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(lattice.cols);
      for (std::int32_t col = 0; col < lattice.cols; ++col) {
        const auto [y, x] = lattice.map.at(static_cast<float>(row), static_cast<float>(col));
        out[col] = rules::soft_module(image, y, x, scale);
      }
    });
  }

  LatticeTrackerConfig config_;
  std::vector<float> equalised_;
  std::vector<std::int8_t> soft_;
  float rms_ = 1;
};

}  // namespace

Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(const LatticeTrackerConfig& config) {
  OSTRACON_TRY(steps::check(config));
  return std::unique_ptr<LatticeTracker>(std::make_unique<CpuLatticeTracker>(config));
}

}  // namespace ostracon::cpu
