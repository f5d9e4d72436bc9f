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
constexpr std::int32_t kStride = 2;   // tiles from block to block
constexpr float kSlopeStep = 1.2F;    // radians across a block
constexpr float kSlopeDoubt = 12.5F;  // nats a (radian a tile)^2: half over the square of 0.2
constexpr float kValueDoubt = 50.0F;  // nats a turn^2: of 0.1
constexpr double kBend = 0.4;         // radians a stride^2, rms: a warp of 2 modules in 300
constexpr float kTurn = 2 * std::numbers::pi_v<float>;

using Planes = std::array<Plane, 2>;  // row line, col line

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
        stride_(kStride),
        rows_((tiles.rows - block_) / stride_ + 1),
        cols_((tiles.cols - block_) / stride_ + 1),
        state_(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_)) {}

  bool start() {
    float best = 12.0F;  // e^-12 by chance, for each of the slopes tried
    std::int32_t start_i = -1, start_j = 0;
    Planes seed;
    for (std::int32_t i = rows_ / 4; i <= rows_ * 3 / 4; i += std::max(1, rows_ / 8))
      for (std::int32_t j = cols_ / 4; j <= cols_ * 3 / 4; j += std::max(1, cols_ / 8)) {
        Planes planes;
        const float confidence = std::min(search(tiles_.row_line, i, j, planes[0]),
                                          search(tiles_.col_line, i, j, planes[1]));
        if (confidence <= best) continue;
        best = confidence;
        start_i = i, start_j = j;
        seed = planes;
      }
    if (start_i < 0) return false;
    settle(start_i, start_j, seed, best);
    return true;
  }

  /// Rounds at falling confidence; a round that settles nothing lowers the bar.
  void grow() {
    struct Level {
      float confidence, surprise;
    };
    for (const Level level :
         {Level{40, 0.2F}, Level{20, 0.25F}, Level{12, 0.3F}, Level{7, 0.35F}}) {
      std::size_t settled = 1;
      while (settled > 0) {
        const auto front = frontier();
        std::vector<Attempt> attempts(front.size());
        parallel_for(static_cast<std::int64_t>(front.size()), [&](std::int64_t k) {
          attempts[static_cast<std::size_t>(k)] = attempt(front[static_cast<std::size_t>(k)]);
        });
        settled = 0;
        for (std::size_t k = 0; k < front.size(); ++k) {
          const Attempt& a = attempts[k];
          if (a.confidence < level.confidence || a.surprise > level.surprise) continue;
          settle(front[k] / cols_, front[k] % cols_, a.planes, a.confidence);
          ++settled;
        }
      }
    }
  }

  /// Continuous phases on all tiles; blocks that never settled continue their neighbours' plane.
  SmoothPhase finish() {
    SmoothPhase out;
    std::size_t settled = 0;
    for (const State& s : state_) settled += s.quality > 0 ? 1 : 0;
    out.settled_fraction = static_cast<float>(settled) / static_cast<float>(state_.size());
    for (auto front = frontier(); !front.empty(); front = frontier()) {
      std::vector<Planes> planes;
      for (const std::int32_t at : front) planes.push_back(predict(at));
      for (std::size_t k = 0; k < front.size(); ++k)
        state_[static_cast<std::size_t>(front[k])] = {planes[k], 0.05F};
    }
    out.rows = tiles_.rows;
    out.cols = tiles_.cols;
    for (std::int32_t i = 0; i < tiles_.rows; ++i)
      for (std::int32_t j = 0; j < tiles_.cols; ++j) {
        const auto [row, col] = at_tile(static_cast<float>(i), static_cast<float>(j));
        out.row.push_back(row);
        out.col.push_back(col);
      }
    return out;
  }

 private:
  struct State {
    Planes planes;
    float quality = 0;  // confidence; 0: not settled
  };

  State& state(std::int32_t i, std::int32_t j) {
    return state_[static_cast<std::size_t>(i) * static_cast<std::size_t>(cols_) +
                  static_cast<std::size_t>(j)];
  }
  void settle(std::int32_t i, std::int32_t j, const Planes& planes, float confidence) {
    state(i, j) = {planes, std::min(confidence, 100.0F)};
  }

  float confidence_of(std::complex<float> sum) const {
    return std::norm(sum) / static_cast<float>(block_ * block_);
  }

  /// Best slope of a start block: up to +-2 % of a pitch of 8 modules a tile.
  float search(const std::vector<std::complex<float>>& line, std::int32_t i, std::int32_t j,
               Plane& best) const {
    const int steps = block_ == kBlocks[0] ? 5 : 10;
    const auto sum = scan_planes(tiles_, line, i * stride_, j * stride_, block_, {},
                                 {steps, 1.0F / static_cast<float>(steps), 0}, best);
    return confidence_of(sum);
  }

  std::vector<std::int32_t> frontier() {
    std::vector<std::int32_t> front;
    for (std::int32_t i = 0; i < rows_; ++i)
      for (std::int32_t j = 0; j < cols_; ++j) {
        if (state(i, j).quality > 0) continue;
        bool touches = false;
        for (std::int32_t a = std::max(0, i - 1); a <= std::min(rows_ - 1, i + 1); ++a)
          for (std::int32_t b = std::max(0, j - 1); b <= std::min(cols_ - 1, j + 1); ++b)
            touches = touches || state(a, b).quality > 0;
        if (touches) front.push_back(i * cols_ + j);
      }
    return front;
  }

  /// Plane through the settled neighbours within 3 strides, each weighed by what its noise and the
  /// bend of the lattice in between leave of its phase and of its slopes.
  Planes predict(std::int32_t at) {
    const std::int32_t bi = at / cols_;
    const std::int32_t bj = at % cols_;
    Planes planes;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      // Unknown: value at the block, slopes a stride.
      double a[3][4] = {};
      for (std::int32_t i = std::max(0, bi - 3); i <= std::min(rows_ - 1, bi + 3); ++i)
        for (std::int32_t j = std::max(0, bj - 3); j <= std::min(cols_ - 1, bj + 3); ++j) {
          const State& s = state(i, j);
          if (s.quality <= 0) continue;
          const double di = i - bi;
          const double dj = j - bj;
          const double distance2 = di * di + dj * dj;
          const double noise = 0.5 / static_cast<double>(s.quality);
          const double slope_noise = 12 * noise * stride_ * stride_ / (block_ * block_);
          const double w = 1 / (noise + 0.25 * kBend * kBend * distance2 * distance2);
          const double ws = 1 / (slope_noise + kBend * kBend * distance2);
          const Plane& seen = s.planes[axis];
          const double x[4] = {1, di, dj, static_cast<double>(seen.value)};
          for (int r = 0; r < 3; ++r)
            for (int c = 0; c < 4; ++c) a[r][c] += w * x[r] * x[c];
          a[1][1] += ws;
          a[2][2] += ws;
          a[1][3] += ws * stride_ * static_cast<double>(seen.slope_i);
          a[2][3] += ws * stride_ * static_cast<double>(seen.slope_j);
        }
      for (int r = 0; r < 3; ++r)
        for (int below = r + 1; below < 3; ++below) {
          const double factor = a[below][r] / a[r][r];
          for (int c = r; c < 4; ++c) a[below][c] -= factor * a[r][c];
        }
      const double slope_j = a[2][3] / a[2][2];
      const double slope_i = (a[1][3] - a[1][2] * slope_j) / a[1][1];
      const double value = (a[0][3] - a[0][1] * slope_i - a[0][2] * slope_j) / a[0][0];
      planes[axis] = {static_cast<float>(value), static_cast<float>(slope_i / stride_),
                      static_cast<float>(slope_j / stride_)};
    }
    return planes;
  }

  Attempt attempt(std::int32_t at) {
    const Planes planes = predict(at);
    Attempt out;
    out.confidence = 1e30F;
    const SlopeSearch search{block_ / 2, kSlopeStep / static_cast<float>(block_), kSlopeDoubt};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const auto& line = axis == 0 ? tiles_.row_line : tiles_.col_line;
      const auto sum = scan_planes(tiles_, line, at / cols_ * stride_, at % cols_ * stride_, block_,
                                   planes[axis], search, out.planes[axis]);
      const float off = out.planes[axis].value - planes[axis].value;
      out.confidence = std::min(out.confidence, confidence_of(sum));
      out.surprise = std::max(out.surprise, std::abs(off) / kTurn);
    }
    out.confidence -= kValueDoubt * out.surprise * out.surprise;
    return out;
  }

  std::array<float, 2> at_tile(float i, float j) {
    const float half = 0.5F * static_cast<float>(block_ - 1);
    const float r = (i - half) / static_cast<float>(stride_);
    const float c = (j - half) / static_cast<float>(stride_);
    const auto clamp_cell = [](float v, std::int32_t n) {
      return std::clamp(static_cast<std::int32_t>(std::floor(v)), 0, std::max(0, n - 2));
    };
    const std::int32_t r0 = clamp_cell(r, rows_);
    const std::int32_t c0 = clamp_cell(c, cols_);
    const std::int32_t r1 = std::min(r0 + 1, rows_ - 1);
    const std::int32_t c1 = std::min(c0 + 1, cols_ - 1);
    const float fr = r - static_cast<float>(r0);
    const float fc = c - static_cast<float>(c0);
    std::array<float, 2> out{};
    for (std::size_t k = 0; k < 2; ++k) {
      const float top = state(r0, c0).planes[k].value +
                        fc * (state(r0, c1).planes[k].value - state(r0, c0).planes[k].value);
      const float bottom = state(r1, c0).planes[k].value +
                           fc * (state(r1, c1).planes[k].value - state(r1, c0).planes[k].value);
      out[k] = top + fr * (bottom - top);
    }
    return out;
  }

  const PhaseTiles& tiles_;
  std::int32_t block_, stride_;  // tiles
  std::int32_t rows_, cols_;
  std::vector<State> state_;
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
