#include "host/cpu/lattice_tracker.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "host/cpu/lattice_growth.hpp"
#include "host/cpu/lattice_phase.hpp"
#include "host/parallel.hpp"
#include "pipeline/rules/log_cosh.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kTileModules = 8;
constexpr std::int32_t kNodeStep = 8;
constexpr std::int32_t kShortBlock = 4;  // tiles a side; larger ones where those are too faint
constexpr float kClear = 0.92F;          // of the short blocks: background and dirt hold the rest
constexpr std::int32_t kReachTiles = 7;  // of the local quadratics: 120 modules across,
constexpr std::int32_t kLongReachTiles = 10;  // or 168, sharpened, where not all is clear
constexpr std::int32_t kRegrowths = 2;        // of those
constexpr float kFinestPitch = 2.8F;  // below this the contrast is formed on half pixels too
constexpr float kMostModules = 1 << 26;

/// Row and column of the field lattice at any pixel, and the inverse.
class PhaseField {
 public:
  PhaseField(const LatticeSeed& seed, const SmoothPhase& phase, std::int32_t tile_px)
      : seed_(seed), carriers_(Carriers::of(seed)), phase_(phase), tile_px_(tile_px) {}

  std::array<float, 2> module_at(float y, float x) const {
    const float i = (y + 0.5F) / static_cast<float>(tile_px_) - 0.5F;
    const float j = (x + 0.5F) / static_cast<float>(tile_px_) - 0.5F;
    const auto cell = [](float v, std::int32_t n) {
      return std::clamp(static_cast<std::int32_t>(std::floor(v)), 0, n - 2);
    };
    const std::int32_t i0 = cell(i, phase_.rows);
    const std::int32_t j0 = cell(j, phase_.cols);
    // Half a tile of linear continuation, then constant: the carriers go on straight.
    const float fi = std::clamp(i - static_cast<float>(i0), -1.0F, 2.0F);
    const float fj = std::clamp(j - static_cast<float>(j0), -1.0F, 2.0F);
    const auto value = [&](const std::vector<float>& p) {
      const auto* top = p.data() +
                        static_cast<std::size_t>(i0) * static_cast<std::size_t>(phase_.cols) +
                        static_cast<std::size_t>(j0);
      const auto* bottom = top + phase_.cols;
      const float a = top[0] + fj * (top[1] - top[0]);
      const float b = bottom[0] + fj * (bottom[1] - bottom[0]);
      return (a + fi * (b - a)) / (2 * std::numbers::pi_v<float>);
    };
    return {carriers_.row_of[0] * y + carriers_.row_of[1] * x + value(phase_.row),
            carriers_.col_of[0] * y + carriers_.col_of[1] * x + value(phase_.col)};
  }

  /// Fixed point from `start`; the phase is smooth, so each step gains two digits.
  std::array<float, 2> pixel_of(float row, float col, std::array<float, 2> start) const {
    for (int step = 0; step < 6; ++step) {
      const auto [r, c] = module_at(start[0], start[1]);
      const float dr = row - r;
      const float dc = col - c;
      start[0] += seed_.down[0] * dr + seed_.right[0] * dc;
      start[1] += seed_.down[1] * dr + seed_.right[1] * dc;
      if (std::abs(dr) + std::abs(dc) < 1e-4F) break;
    }
    return start;
  }

 private:
  const LatticeSeed& seed_;
  Carriers carriers_;
  const SmoothPhase& phase_;
  std::int32_t tile_px_;
};

/// Catmull-Rom at (y, x), which must lie 2 px inside.
float cubic(ImageView<const float> image, float y, float x) {
  const auto weights = [](float t, float* w) {
    w[0] = t * (-0.5F + t * (1 - 0.5F * t));
    w[1] = 1 + t * t * (-2.5F + 1.5F * t);
    w[2] = t * (0.5F + t * (2 - 1.5F * t));
    w[3] = t * t * (-0.5F + 0.5F * t);
  };
  const auto y0 = static_cast<std::int32_t>(y);
  const auto x0 = static_cast<std::int32_t>(x);
  float wy[4], wx[4];
  weights(y - static_cast<float>(y0), wy);
  weights(x - static_cast<float>(x0), wx);
  float sum = 0;
  for (std::int32_t k = 0; k < 4; ++k) {
    const float* row = &image(y0 - 1 + k, x0 - 1);
    sum += wy[k] * (row[0] * wx[0] + row[1] * wx[1] + row[2] * wx[2] + row[3] * wx[3]);
  }
  return sum;
}

/// Continuous phases of both lines, or nullopt where none is to be seen. Fields that ordinary doses
/// and bends leave clear need one growth.
std::optional<SmoothPhase> follow(const PhaseTiles& tiles) {
  auto phase = unwrap(tiles);
  if (!phase) return phase;
  if (phase->block_tiles <= kShortBlock && phase->settled_fraction >= kClear) {
    for (int round = 0; round < 2; ++round) refine(tiles, kReachTiles, *phase);
    return phase;
  }
  for (std::int32_t left = kRegrowths;; --left) {
    refine(tiles, kLongReachTiles, *phase);
    sharpen(tiles, kLongReachTiles, *phase);
    if (left == 0 || !regrow(tiles, *phase)) return phase;
  }
}

class CpuLatticeTracker final : public LatticeTracker {
 public:
  explicit CpuLatticeTracker(const LatticeTrackerConfig& config)
      : config_(config),
        equalised_(static_cast<std::size_t>(config.rows) * static_cast<std::size_t>(config.cols)) {}

  Result<std::optional<FieldLattice>> run(ImageView<const float> mean,
                                          const LatticeSeed& seed) override {
    if (mean.rows != config_.rows || mean.cols != config_.cols)
      return Error{ErrorCode::kInvalidArgument, "LatticeTracker: image has another shape"};
    const float pitch = seed.pitch();
    PhaseTiles tiles;
    tiles.tile_px = std::max(8, static_cast<std::int32_t>(std::lround(pitch * kTileModules)));
    tiles.rows = config_.rows / tiles.tile_px;
    tiles.cols = config_.cols / tiles.tile_px;
    if (tiles.rows < 4 || tiles.cols < 4) return std::optional<FieldLattice>();
    measure(mean, seed, pitch, tiles);
    const auto phase = follow(tiles);
    if (!phase) return std::optional<FieldLattice>();

    FieldLattice lattice;
    lattice.residual_modules = phase->residual_modules;
    lattice.settled_fraction = phase->settled_fraction;
    const PhaseField field(seed, *phase, tiles.tile_px);
    if (!build_map(field, lattice)) return std::optional<FieldLattice>();
    sample(lattice);
    return std::optional<FieldLattice>(std::move(lattice));
  }

 private:
  ImageView<float> equalised() {
    return {equalised_.data(), config_.rows, config_.cols, config_.cols};
  }

  void measure(const ImageView<const float>& mean, const LatticeSeed& seed, float pitch,
               PhaseTiles& tiles) {
    const Carriers carriers = Carriers::of(seed);
    Demodulator demodulator(carriers, tiles);
    // The pixel grid comes last, so that `equalised_` is left on it for the soft grid.
    const bool fine = pitch < kFinestPitch;
    for (const auto& [oy, ox] : {std::array{0.5F, 0.5F}, std::array{0.5F, 0.0F},
                                 std::array{0.0F, 0.5F}, std::array{0.0F, 0.0F}}) {
      const bool on_grid = oy == 0 && ox == 0;
      if (!on_grid && !fine) continue;
      equalise_image(mean, pitch, config_.assumed_blur, oy, ox, equalised());
      rms_ = rms_of(equalised());
      demodulator.add(equalised(), Aspect::kContrast, 3.0F / rms_, oy, ox);
    }
    demodulator.finish();
    if (!seed.in_image) return;
    PhaseTiles plain{tiles.tile_px, tiles.rows, tiles.cols, {}, {}};
    Demodulator image(carriers, plain);
    image.add(mean, Aspect::kPlain, 1.0F / rms_of(mean), 0, 0);
    image.finish();
    join(tiles, plain);
  }

  /// Of every 7th pixel: the scale of the contrast needs no more.
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

  bool build_map(const PhaseField& field, FieldLattice& lattice) const {
    std::array<float, 2> low{1e30F, 1e30F};
    std::array<float, 2> high{-1e30F, -1e30F};
    const auto bottom = static_cast<float>(config_.rows - 1);
    const auto right = static_cast<float>(config_.cols - 1);
    for (int k = 0; k <= 16; ++k) {
      const float t = static_cast<float>(k) / 16;
      for (const auto& [y, x] : {std::array{0.0F, t * right}, std::array{bottom, t * right},
                                 std::array{t * bottom, 0.0F}, std::array{t * bottom, right}}) {
        const auto module = field.module_at(y, x);
        for (std::size_t a = 0; a < 2; ++a) {
          low[a] = std::min(low[a], module[a]);
          high[a] = std::max(high[a], module[a]);
        }
      }
    }
    const float row0 = std::floor(low[0]);
    const float col0 = std::floor(low[1]);
    const float rows = std::ceil(high[0]) - row0 + 1;
    const float cols = std::ceil(high[1]) - col0 + 1;
    // Compared as floats, so that what is no number or no integer fails as well.
    if (!(rows >= 2 && cols >= 2 && rows * cols <= kMostModules)) return false;
    lattice.rows = static_cast<std::int32_t>(rows);
    lattice.cols = static_cast<std::int32_t>(cols);
    LatticeMap& map = lattice.map;
    map.step = kNodeStep;
    map.first_row = map.first_col = -kNodeStep;
    map.node_rows = (lattice.rows + 3 * kNodeStep) / kNodeStep;
    map.node_cols = (lattice.cols + 3 * kNodeStep) / kNodeStep;
    map.nodes.resize(static_cast<std::size_t>(map.node_rows) *
                     static_cast<std::size_t>(map.node_cols));
    parallel_for(map.node_rows, [&](std::int64_t i) {
      const float row = row0 + static_cast<float>(map.first_row + static_cast<int>(i) * map.step);
      std::array<float, 2> at{0.5F * bottom, 0.5F * right};
      for (std::int32_t j = 0; j < map.node_cols; ++j) {
        const float col = col0 + static_cast<float>(map.first_col + j * map.step);
        at = field.pixel_of(row, col, at);
        map.nodes[static_cast<std::size_t>(i) * static_cast<std::size_t>(map.node_cols) +
                  static_cast<std::size_t>(j)] = at;
      }
    });
    return true;
  }

  void sample(FieldLattice& lattice) {
    lattice.soft.assign(
        static_cast<std::size_t>(lattice.rows) * static_cast<std::size_t>(lattice.cols), 0);
    const ImageView<const float> image = equalised();
    // At working doses an amplitude is about 0.9 of the rms over all pixels.
    const float scale = 32.0F / (0.9F * rms_);
    parallel_for(lattice.rows, [&](std::int64_t row) {
      std::int8_t* out = lattice.soft.data() +
                         static_cast<std::size_t>(row) * static_cast<std::size_t>(lattice.cols);
      for (std::int32_t col = 0; col < lattice.cols; ++col) {
        const auto [y, x] = lattice.map.at(static_cast<float>(row), static_cast<float>(col));
        if (!(y >= 2) || !(x >= 2) || !(y < static_cast<float>(config_.rows - 3)) ||
            !(x < static_cast<float>(config_.cols - 3)))
          continue;
        const float value = std::clamp(cubic(image, y, x) * scale, -127.0F, 127.0F);
        out[col] = static_cast<std::int8_t>(std::lround(value));
      }
    });
  }

  LatticeTrackerConfig config_;
  std::vector<float> equalised_;
  float rms_ = 1;
};

}  // namespace

Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(const LatticeTrackerConfig& config) {
  if (config.rows < 64 || config.cols < 64)
    return Error{ErrorCode::kInvalidArgument, "LatticeTrackerConfig: image smaller than 64 px"};
  return std::unique_ptr<LatticeTracker>(std::make_unique<CpuLatticeTracker>(config));
}

}  // namespace ostracon::cpu
