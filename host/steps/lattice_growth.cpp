#include "host/steps/lattice_growth.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "host/parallel.hpp"
#include "host/steps/lattice_block.hpp"

namespace ostracon::steps {
namespace {

// Tiles a side of a block: about 32 modules, or up to 64 where the dose is too low for those.
constexpr std::array<std::int32_t, 3> kBlocks{4, 6, 8};
constexpr float kEnoughSettled = 0.85F;
constexpr std::int32_t kStride = 2;        // tiles from block to block
constexpr float kSlopeStep = 1.2F;         // radians across a block
constexpr float kSlopeDoubt = 12.5F;       // nats a (radian a tile)^2: half over the square of 0.2
constexpr float kValueDoubt = 50.0F;       // nats a turn^2: of 0.1
constexpr std::int32_t kPredictReach = 3;  // strides
constexpr double kBend = 0.4;              // radians a stride^2, rms: a warp of 2 modules in 300
constexpr float kMostQuality = 100;
constexpr float kTurn = 2 * std::numbers::pi_v<float>;

struct Attempt {
  Planes planes;
  float confidence = 0;  // power of the weaker line over what noise gives
  float surprise = 0;    // larger distance from the prediction, turns
};

class Growth {
 public:
  Growth(const PhaseTiles& tiles, std::int32_t block)
      : tiles_(tiles),
        block_(block),
        rows_((tiles.rows - block_) / kStride + 1),
        cols_((tiles.cols - block_) / kStride + 1),
        state_(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_)),
        step_scan_(block, {block / 2, kSlopeStep / static_cast<float>(block), kSlopeDoubt}) {
    for (std::size_t d = 0; d < full_say_.size(); ++d)
      full_say_[d] = say(static_cast<double>(kMostQuality), static_cast<std::int32_t>(d));
  }

  bool start() {
    // Slopes of a start block: up to +-2 % of a pitch of 8 modules a tile.
    const int steps = block_ == kBlocks[0] ? 5 : 10;
    const PlaneScan scan(block_, {steps, 1.0F / static_cast<float>(steps), 0});
    float best = 12.0F;  // e^-12 by chance, for each of the slopes tried
    std::int32_t start_at = -1;
    Planes seed;
    for (std::int32_t i = rows_ / 4; i <= rows_ * 3 / 4; i += std::max(1, rows_ / 8))
      for (std::int32_t j = cols_ / 4; j <= cols_ * 3 / 4; j += std::max(1, cols_ / 8)) {
        const auto block = block_at(i * cols_ + j, {});
        const PlaneScan::Fit fit = scan.run(tiles_, {block, block})[0];
        if (fit.power <= best) continue;
        best = fit.power;
        start_at = i * cols_ + j;
        seed = fit.planes;
      }
    if (start_at < 0) return false;
    settle(start_at, seed, best);
    return true;
  }

  /// Rounds at falling confidence; a round that settles nothing lowers the bar.
  void grow() {
    struct Level {
      float confidence, surprise;
    };
    for (const Level level :
         {Level{40, 0.2F}, Level{20, 0.25F}, Level{12, 0.3F}, Level{7, 0.35F}}) {
      bool settled = true;
      while (settled) {
        attempt_front();
        const auto good = std::partition(front_.begin(), front_.end(), [&](std::int32_t at) {
          const Attempt& a = state(at).attempt;
          return a.confidence < level.confidence || a.surprise > level.surprise;
        });
        settled = good != front_.end();
        settle_from(good, [&](std::int32_t at) { return state(at).attempt.confidence; });
      }
    }
  }

  /// Continuous phases on all tiles; blocks that never settled continue their neighbours' plane.
  SmoothPhase finish() {
    SmoothPhase out;
    std::size_t settled = 0;
    for (const State& s : state_) settled += s.quality > 0 ? 1 : 0;
    out.settled_fraction = static_cast<float>(settled) / static_cast<float>(state_.size());
    while (!front_.empty()) {
      for (const std::int32_t at : front_) state(at).attempt.planes = predict(at);
      settle_from(front_.begin(), [](std::int32_t) { return 0.05F; });
    }
    out.rows = tiles_.rows;
    out.cols = tiles_.cols;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      std::vector<float> values;
      for (const State& s : state_) values.push_back(s.planes[axis].value);
      (axis == 0 ? out.row : out.col) = spread(tiles_, block_, kStride, values);
    }
    return out;
  }

 private:
  struct State {
    Planes planes;
    float quality = 0;  // confidence; 0: not settled
    bool in_front = false;
    bool stale = true;  // something within its prediction's reach has settled since the attempt
    Attempt attempt;
  };

  /// Weights of a value and of a slope.
  struct Say {
    double of_value, of_slope;
  };

  State& state(std::int32_t at) { return state_[static_cast<std::size_t>(at)]; }

  /// Calls visit(place, rows away, columns away) for the blocks within `reach`.
  template <class Visit>
  void around(std::int32_t at, std::int32_t reach, const Visit& visit) const {
    const std::int32_t row = at / cols_;
    const std::int32_t col = at % cols_;
    for (std::int32_t i = std::max(0, row - reach); i <= std::min(rows_ - 1, row + reach); ++i)
      for (std::int32_t j = std::max(0, col - reach); j <= std::min(cols_ - 1, col + reach); ++j)
        visit(i * cols_ + j, i - row, j - col);
  }

  void settle(std::int32_t at, const Planes& planes, float confidence) {
    state(at).planes = planes;
    state(at).quality = std::min(confidence, kMostQuality);
    around(at, kPredictReach,
           [&](std::int32_t other, std::int32_t, std::int32_t) { state(other).stale = true; });
    around(at, 1, [&](std::int32_t other, std::int32_t, std::int32_t) {
      if (state(other).quality > 0 || state(other).in_front) return;
      state(other).in_front = true;
      front_.push_back(other);
    });
  }

  /// Settles what stands in the front from `first` on, all at once, and takes it out.
  template <class Confidence>
  void settle_from(std::vector<std::int32_t>::iterator first, const Confidence& confidence) {
    const std::vector<std::int32_t> leaving(first, front_.end());
    front_.erase(first, front_.end());
    for (const std::int32_t at : leaving) state(at).quality = confidence(at);
    for (const std::int32_t at : leaving) settle(at, state(at).attempt.planes, state(at).quality);
  }

  PlaneScan::Block block_at(std::int32_t at, const Planes& about) const {
    return {at / cols_ * kStride, at % cols_ * kStride, about};
  }

  /// Brings the attempts of the front up to date: what has no new neighbours stands as it is.
  void attempt_front() {
    std::vector<std::int32_t> stale;
    for (const std::int32_t at : front_)
      if (state(at).stale) stale.push_back(at);
    // Two go side by side, the last of an odd number with itself.
    parallel_for(static_cast<std::int64_t>(stale.size() + 1) / 2, [&](std::int64_t k) {
      const std::size_t first = 2 * static_cast<std::size_t>(k);
      attempt({stale[first], stale[std::min(first + 1, stale.size() - 1)]});
    });
  }

  void attempt(const std::array<std::int32_t, PlaneScan::kBlocks>& places) {
    std::array<PlaneScan::Block, PlaneScan::kBlocks> blocks;
    for (std::size_t k = 0; k < places.size(); ++k)
      blocks[k] = block_at(places[k], predict(places[k]));
    const auto fits = step_scan_.run(tiles_, blocks);
    for (std::size_t k = 0; k < places.size(); ++k) {
      const Planes& seen = fits[k].planes;
      float surprise = 0;
      for (std::size_t axis = 0; axis < 2; ++axis)
        surprise =
            std::max(surprise, std::abs(seen[axis].value - blocks[k].about[axis].value) / kTurn);
      state(places[k]).attempt = {seen, fits[k].power - kValueDoubt * surprise * surprise,
                                  surprise};
      state(places[k]).stale = false;
    }
  }

  /// What a settled block of this quality says, by its noise and the bend of the lattice in
  /// between, of the plane sqrt(distance2) strides away.
  Say say(double quality, std::int32_t distance2) const {
    const double slope_share = 12.0 * kStride * kStride / (block_ * block_);
    const double bend2 = kBend * kBend * static_cast<double>(distance2);
    return {quality / (0.5 + quality * (0.25 / (kBend * kBend)) * bend2 * bend2),
            quality / (0.5 * slope_share + quality * bend2)};
  }

  /// Plane through the settled neighbours within 3 strides, each with its say.
  Planes predict(std::int32_t at) const {
    // Unknown: value at the block, slopes a stride. Both lines have the same weights.
    double a00 = 0, a01 = 0, a02 = 0, a11 = 0, a12 = 0, a22 = 0;
    std::array<std::array<double, 3>, 2> b{};
    around(at, kPredictReach, [&](std::int32_t other, std::int32_t down, std::int32_t right) {
      const State& s = state_[static_cast<std::size_t>(other)];
      if (s.quality <= 0) return;
      const double di = down;
      const double dj = right;
      const std::int32_t distance2 = down * down + right * right;
      const auto [w, ws] = s.quality < kMostQuality
                               ? say(static_cast<double>(s.quality), distance2)
                               : full_say_[static_cast<std::size_t>(distance2)];
      a00 += w;
      a01 += w * di;
      a02 += w * dj;
      a11 += w * di * di + ws;
      a12 += w * di * dj;
      a22 += w * dj * dj + ws;
      for (std::size_t axis = 0; axis < 2; ++axis) {
        const Plane& seen = s.planes[axis];
        const double wv = w * static_cast<double>(seen.value);
        b[axis][0] += wv;
        b[axis][1] += wv * di + ws * kStride * static_cast<double>(seen.slope_i);
        b[axis][2] += wv * dj + ws * kStride * static_cast<double>(seen.slope_j);
      }
    });
    const double f1 = a01 / a00;
    const double f2 = a02 / a00;
    const double c11 = a11 - f1 * a01;
    const double c12 = a12 - f1 * a02;
    const double f3 = c12 / c11;
    const double c22 = a22 - f2 * a02 - f3 * c12;
    Planes planes;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const double b1 = b[axis][1] - f1 * b[axis][0];
      const double slope_j = (b[axis][2] - f2 * b[axis][0] - f3 * b1) / c22;
      const double slope_i = (b1 - c12 * slope_j) / c11;
      const double value = (b[axis][0] - a01 * slope_i - a02 * slope_j) / a00;
      planes[axis] = {static_cast<float>(value), static_cast<float>(slope_i / kStride),
                      static_cast<float>(slope_j / kStride)};
    }
    return planes;
  }

  const PhaseTiles& tiles_;
  std::int32_t block_;        // tiles
  std::int32_t rows_, cols_;  // blocks, kStride tiles apart
  std::vector<State> state_;
  std::vector<std::int32_t> front_;  // not settled, beside what is
  PlaneScan step_scan_;
  std::array<Say, 2 * kPredictReach * kPredictReach + 1> full_say_{};  // of the clearest
};

}  // namespace

std::optional<SmoothPhase> unwrap(const PhaseTiles& tiles, std::int32_t least_block) {
  std::optional<SmoothPhase> best;
  for (const std::int32_t block : kBlocks) {
    if (block < least_block) continue;
    if (tiles.rows < block || tiles.cols < block) break;
    Growth growth(tiles, block);
    if (!growth.start()) continue;
    growth.grow();
    SmoothPhase phase = growth.finish();
    phase.block_tiles = block;
    if (!best || phase.settled_fraction > best->settled_fraction) best = std::move(phase);
    if (best->settled_fraction >= kEnoughSettled) break;
  }
  return best;
}

bool regrow(const PhaseTiles& tiles, SmoothPhase& phase) {
  PhaseTiles left = tiles;
  for (std::size_t k = 0; k < phase.row.size(); ++k) {
    left.row_line[k] *= std::polar(1.0F, -phase.row[k]);
    left.col_line[k] *= std::polar(1.0F, -phase.col[k]);
  }
  const auto more = unwrap(left, std::max(phase.block_tiles, kBlocks[1]));
  if (!more) return false;
  for (std::size_t k = 0; k < phase.row.size(); ++k) {
    phase.row[k] += more->row[k];
    phase.col[k] += more->col[k];
  }
  phase.settled_fraction = more->settled_fraction;
  phase.block_tiles = more->block_tiles;
  return true;
}

}  // namespace ostracon::steps
