#include "host/steps/pitch_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>

namespace ostracon::steps {
namespace {

constexpr std::int32_t kLargestCrop = 512;
constexpr std::size_t kCandidates = 40;
// Strength at which no more is tried: after the first crop's cheap sources, and at any time.
constexpr float kClear = 120.0F;
constexpr float kEnough = 45.0F;
constexpr float kInImage = 16.0F;      // nats of both lines in the image alone, at a given place
constexpr float kMostStretch = 1.18F;  // one axis against the other
constexpr float kMostSkew = 0.20F;     // cosine between them

/// Two lines that can be the axes of one lattice.
struct Pair {
  Line across, along;  // nearer to the x axis, nearer to the y axis
  /// One line alone, a scratch or a fault of the rows, makes no lattice.
  float strength() const {
    return std::min(across.strength + along.strength,
                    3 * std::min(across.strength, along.strength));
  }
  float length() const { return std::hypot(across.fy, across.fx); }
};

std::vector<Pair> all_pairs(const std::vector<Line>& lines) {
  std::vector<Line> across, along;
  for (const Line& line : lines) {
    const bool is_across = line.fx >= std::abs(line.fy);
    auto& list = is_across ? across : along;
    if (list.size() >= kCandidates) continue;
    list.push_back(line);
    if (!is_across && line.fy < 0) list.back() = {-line.fy, -line.fx, line.strength, line.in_image};
  }
  std::vector<Pair> pairs;
  for (const Line& c : across)
    for (const Line& r : along) {
      const float lc = std::hypot(c.fy, c.fx);
      const float lr = std::hypot(r.fy, r.fx);
      if (std::max(lc, lr) > kMostStretch * std::min(lc, lr)) continue;
      if (std::abs(c.fy * r.fy + c.fx * r.fx) > kMostSkew * lc * lr) continue;
      pairs.push_back({c, r});
    }
  return pairs;
}

/// True if both lines of `of` are whole multiples of those of `base`, to a tenth.
bool is_multiple(const Pair& of, const Pair& base) {
  const Line& c = base.across;
  const Line& r = base.along;
  const float det = c.fy * r.fx - c.fx * r.fy;
  for (const Line& line : {of.across, of.along}) {
    const float a = (line.fy * r.fx - line.fx * r.fy) / det;
    const float b = (c.fy * line.fx - c.fx * line.fy) / det;
    if (std::abs(a - std::round(a)) > 0.1F || std::abs(b - std::round(b)) > 0.1F) return false;
  }
  return true;
}

/// The best lattice of all that was looked at.
class Search {
 public:
  Search(const PitchFinderConfig& config, LineFinder& finder)
      : config_(config), crop_(crop_side(config)), finder_(finder) {}

  Result<std::optional<LatticeSeed>> run() {
    // The middle first, then a ring of crops around it. A warped lattice has other lines in each
    // of them, an even one has the same: each crop is looked at alone and with those before.
    const std::int32_t dy = std::min(crop_, (config_.rows - crop_) / 2);
    const std::int32_t dx = std::min(crop_, (config_.cols - crop_) / 2);
    static constexpr std::array<std::array<std::int32_t, 2>, 9> kOrder{
        {{0, 0}, {-1, -1}, {1, 1}, {-1, 1}, {1, -1}, {-1, 0}, {0, 1}, {1, 0}, {0, -1}}};
    const std::int32_t middle_top = (config_.rows - crop_) / 2;
    const std::int32_t middle_left = (config_.cols - crop_) / 2;
    std::int32_t crops = 0;
    for (const auto& [i, j] : kOrder) {
      // Crops that share most of their pixels would count as evidence what is only repeated.
      if ((i != 0 && 2 * dy < crop_) || (j != 0 && 2 * dx < crop_)) continue;
      const std::int32_t top = middle_top + i * dy;
      const std::int32_t left = middle_left + j * dx;
      OSTRACON_TRY(finder_.measure(top, left));
      if (crops == 0) {
        OSTRACON_TRY(look(1, 3, top, left));
        if (best_ && best_->strength >= kClear) break;
      }
      OSTRACON_TRY(finder_.measure_gradient());
      crops += 1;
      OSTRACON_TRY(look(1, kLineSources, top, left));
      OSTRACON_TRY(finder_.keep());
      if (crops > 1) OSTRACON_TRY(look(crops, kLineSources, middle_top, middle_left));
      if (best_ && best_->strength >= kEnough) break;
    }
    if (best_ && best_->strength < config_.min_strength) best_.reset();
    return best_;
  }

 private:
  /// Keeps the strongest pair of the crop last measured, or of all `crops` so far if more than one.
  Result<> look(std::int32_t crops, std::size_t sources, std::int32_t top, std::int32_t left) {
    OSTRACON_TRY_ASSIGN(std::vector<Line> lines, finder_.lines(crops, sources));
    const auto found = strongest_pair(std::move(lines), config_.min_strength);
    if (!found || (best_ && best_->strength >= found->strength)) return Ok{};
    best_ = found;
    const float half = 0.5F * static_cast<float>(crop_ - 1);
    best_->centre = {static_cast<float>(top) + half, static_cast<float>(left) + half};
    return Ok{};
  }

  const PitchFinderConfig& config_;
  std::int32_t crop_;
  LineFinder& finder_;
  std::optional<LatticeSeed> best_;
};

}  // namespace

std::int32_t crop_side(const PitchFinderConfig& config) {
  const std::int32_t most = std::min({kLargestCrop, config.rows, config.cols});
  std::int32_t side = most - most % 2;
  while (cv::getOptimalDFTSize(side) != side) side -= 2;
  return side;
}

std::int32_t highest_line(const PitchFinderConfig& config, std::int32_t crop) {
  const float highest = static_cast<float>(crop) / config.min_pitch_px;
  return std::min(crop - 2, static_cast<std::int32_t>(highest) + 1);
}

Result<std::optional<LatticeSeed>> find_pitch(const PitchFinderConfig& config, LineFinder& finder) {
  return Search(config, finder).run();
}

std::optional<LatticeSeed> strongest_pair(std::vector<Line> lines, float min_strength) {
  std::sort(lines.begin(), lines.end(),
            [](const Line& a, const Line& b) { return a.strength > b.strength; });
  const std::vector<Pair> pairs = all_pairs(lines);
  const auto best = std::max_element(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return a.strength() < b.strength();
  });
  if (best == pairs.end()) return std::nullopt;
  // Sharp or quiet images may show harmonics or diagonals of the lattice more strongly than its
  // axes. The axes are the longest wavelengths that the strongest pair is a whole multiple of.
  const Pair* axes = &*best;
  for (const Pair& pair : pairs)
    if (pair.length() < 0.85F * axes->length() && pair.strength() >= min_strength &&
        is_multiple(*best, pair))
      axes = &pair;
  const Line& c = axes->across;
  const Line& r = axes->along;
  // Rows of the inverse map: row = r . (y, x), col = c . (y, x).
  const float det = r.fy * c.fx - r.fx * c.fy;
  return LatticeSeed{{},
                     {c.fx / det, -c.fy / det},
                     {-r.fx / det, r.fy / det},
                     axes->strength(),
                     c.in_image + r.in_image >= kInImage};
}

std::vector<float> hann(std::int32_t n) {
  std::vector<float> window(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < window.size(); ++i)
    window[i] = 0.5F - 0.5F * std::cos(2 * std::numbers::pi_v<float> *
                                       (static_cast<float>(i) + 0.5F) / static_cast<float>(n));
  return window;
}

std::vector<float> gaussian(std::int32_t n, float sigma_px) {
  std::vector<float> out(static_cast<std::size_t>(n));
  for (std::int32_t k = 0; k < n; ++k) {
    const auto f = static_cast<float>(k < n / 2 ? k : k - n) / static_cast<float>(n);
    const float w = 2 * std::numbers::pi_v<float> * f * sigma_px;
    out[static_cast<std::size_t>(k)] = std::exp(-0.5F * w * w);
  }
  return out;
}

}  // namespace ostracon::steps
