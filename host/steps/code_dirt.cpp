#include "host/steps/code_dirt.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace ostracon::steps {
namespace {

constexpr float kNowhere = std::numeric_limits<float>::quiet_NaN();
constexpr float kDirtyNoise = 1.15F, kMostNoise = 1.3F;  // of the common one
constexpr int kFits = 4;
constexpr float kMedians = 3.5F;  // 2.4 standard deviations
constexpr float kBeside = 1.2F;   // what continues dirt, in contrasts

/// What single means, and those of two and four modules in a square, stay below, in contrasts. Wide
/// light or dark areas have 1.
struct Limits {
  float single, pair, square;
  explicit Limits(float noise)
      : single(1.25F + 2.5F * noise), pair(1.15F + 1.9F * noise), square(1.1F + 1.4F * noise) {}
};

float median(std::span<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// A mean less the code's brightness there, in contrasts: modules have -1 to 1, and noise.
struct Excess {
  float level, across, down, per_contrast;

  Excess(const CodeEqualiser& code, std::int32_t side)
      : across(code.slope[0] / static_cast<float>(side)),
        down(code.slope[1] / static_cast<float>(side)),
        per_contrast(1 / std::abs(code.signal.contrast)) {
    const float middle = 0.5F * static_cast<float>(side - 1) + static_cast<float>(kCodeMargin);
    level = code.signal.level - middle * (across + down);
  }
  /// Row and column count the margin.
  float of(float mean, std::int32_t row, std::int32_t col) const {
    return (mean - level - static_cast<float>(row) * down - static_cast<float>(col) * across) *
           per_contrast;
  }
};

/// How far a known module is from what the fit says.
struct Misfit {
  std::size_t at;  // of its mean
  float distance;
};
void find_misfits(const CodeEqualiser& code, const CodeResponse& response,
                  std::span<const float> means, const KnownModules& known,
                  std::vector<Misfit>& misfits) {
  misfits.clear();
  const double own = static_cast<double>(code.signal.centre) * (code.signal.contrast < 0 ? -1 : 1);
  const double per_contrast = 1 / std::abs(static_cast<double>(code.signal.contrast));
  std::array<double, kRegressors> expected{};  // of each regressor, in contrasts
  expected[kOwn] = own;
  expected[kAcross] = own * response.across;
  expected[kDown] = own * response.down;
  expected[kDiagonal] = own * response.diagonal;
  expected[kOne] = static_cast<double>(code.signal.level) * per_contrast;
  for (std::size_t axis = 0; axis < code.slope.size(); ++axis)
    expected[kOne + 1 + axis] = static_cast<double>(code.slope[axis]) * per_contrast;
  for (const KnownModules::Module& module : known.modules) {
    if (!std::isfinite(means[module.at])) continue;
    double rest = static_cast<double>(means[module.at]) * per_contrast;
    for (std::size_t i = 0; i < kRegressors; ++i) rest -= module.values[i] * expected[i];
    misfits.push_back({module.at, static_cast<float>(std::abs(rest))});
  }
}

struct TrimmedFit {
  CodeEqualiser code;
  float distance = std::numeric_limits<float>::infinity();  // the median one
};
TrimmedFit trimmed_fit(CodeEqualiser fit, const TapDesign& design, std::span<const float> means,
                       const KnownModules& known) {
  TrimmedFit trimmed;
  std::vector<Misfit> misfits;
  std::vector<float> distances, kept(means.size());
  for (int round = 0; round < kFits && fit.signal.contrast != 0; ++round) {
    find_misfits(fit, design.response(), means, known, misfits);
    distances.clear();
    for (const Misfit& misfit : misfits) distances.push_back(misfit.distance);
    if (distances.empty()) break;
    const float middle = median(distances);
    if (round > 0) trimmed = {fit, middle};
    if (round + 1 == kFits) break;  // a fit after the last is not asked for
    std::copy(means.begin(), means.end(), kept.begin());
    for (const Misfit& misfit : misfits)
      if (misfit.distance > kMedians * middle) kept[misfit.at] = kNowhere;
    fit = equaliser_of(sums_of(kept, known), design);
  }
  return trimmed;
}

/// The dirt of one code, [row][col] with the margin.
class DirtMap {
 public:
  DirtMap(const CodeEqualiser& code, std::int32_t side, std::span<const float> means)
      : side_(side), wide_(side + 2 * kCodeMargin), values_(means.size()) {
    const Excess excess(code, side);
    for (std::int32_t row = 0; row < wide_; ++row)
      for (std::int32_t col = 0; col < wide_; ++col) {
        const std::size_t at = cell(row, col, wide_);
        values_[at] = excess.of(means[at], row, col);
      }
  }

  /// Whether anything is beyond the limits; most codes have nothing.
  bool any(const Limits& limits) const {
    const auto last = static_cast<std::size_t>(wide_ - 1), down = last + 1;
    int beyond = 0;
    for (std::size_t at = 0; at < values_.size(); ++at)
      beyond |= std::abs(values_[at]) > limits.single;
    for (std::size_t row = 0; row < last; ++row) {
      const float* here = values_.data() + row * down;
      for (std::size_t k = 0; k < last; ++k) {
        const float across = here[k] + here[k + 1], below = here[k + down] + here[k + down + 1];
        beyond |= std::abs(across) > 2 * limits.pair;
        beyond |= std::abs(here[k] + here[k + down]) > 2 * limits.pair;
        beyond |= std::abs(across + below) > 4 * limits.square;
      }
    }
    return beyond != 0;
  }

  void find(const Limits& limits) {
    dirt_.assign(values_.size(), 0);
    const auto down = static_cast<std::size_t>(wide_);
    for (std::int32_t row = 0; row < wide_; ++row)
      for (std::int32_t col = 0; col < wide_; ++col) {
        const std::size_t at = cell(row, col, wide_);
        mark({at}, limits.single);
        if (col + 1 < wide_) mark({at, at + 1}, limits.pair);
        if (row + 1 < wide_) mark({at, at + down}, limits.pair);
        if (col + 1 < wide_ && row + 1 < wide_)
          mark({at, at + 1, at + down, at + down + 1}, limits.square);
      }
    for (std::size_t k = 0; k < found_.size(); ++k) {
      const std::int8_t sign = dirt_[found_[k]];
      around(found_[k], [&](std::size_t at) {
        if (static_cast<float>(sign) * values_[at] > kBeside) take(at, sign);
      });
    }
  }

  const std::vector<std::size_t>& found() const { return found_; }

  DoubtfulModules doubtful() const {
    DoubtfulModules modules;
    for (const std::size_t dirty : found_)
      around(dirty, [&](std::size_t at) {
        if (dirt_[at] != 0 || !(static_cast<float>(dirt_[dirty]) * values_[at] > 0)) return;
        const std::int32_t index = static_cast<std::int32_t>(at);
        const std::int32_t row = index / wide_ - kCodeMargin, col = index % wide_ - kCodeMargin;
        if (std::min(row, col) >= 0 && std::max(row, col) < side_)
          modules.push_back(cell(row, col, side_));
      });
    return modules;
  }

 private:
  void take(std::size_t at, std::int8_t sign) {
    if (dirt_[at] != 0) return;
    dirt_[at] = sign;
    found_.push_back(at);
  }
  void mark(std::initializer_list<std::size_t> together, float limit) {
    float sum = 0;
    for (const std::size_t at : together) sum += values_[at];
    if (!(std::abs(sum) > limit * static_cast<float>(together.size()))) return;
    for (const std::size_t at : together) take(at, sum < 0 ? std::int8_t{-1} : std::int8_t{1});
  }
  template <class Body>
  void around(std::size_t at, const Body& body) const {
    const std::int32_t row = static_cast<std::int32_t>(at) / wide_;
    const std::int32_t col = static_cast<std::int32_t>(at) % wide_;
    for (std::int32_t r = std::max(0, row - 1); r <= std::min(wide_ - 1, row + 1); ++r)
      for (std::int32_t c = std::max(0, col - 1); c <= std::min(wide_ - 1, col + 1); ++c)
        body(cell(r, c, wide_));
  }

  std::int32_t side_, wide_;
  std::vector<float> values_;       // in contrasts
  std::vector<std::int8_t> dirt_;   // +1 bright, -1 dark
  std::vector<std::size_t> found_;  // where there is any
};

}  // namespace

CommonFit common_fit(std::span<const CodeEqualiser> codes) {
  std::vector<float> levels, contrasts, centres, noises;
  for (const CodeEqualiser& code : codes) {
    if (code.signal.contrast == 0) continue;
    levels.push_back(code.signal.level);
    contrasts.push_back(code.signal.contrast);
    centres.push_back(code.signal.centre);
    noises.push_back(code.signal.noise / std::abs(code.signal.contrast));
  }
  CommonFit common;
  if (levels.empty()) return common;
  common.code.signal = {median(levels), median(contrasts), 0, median(centres), 0};
  common.noise = median(noises);
  return common;
}

CodeEqualiser fit_beside_dirt(const CodeEqualiser& code, const CommonFit& common,
                              const TapDesign& design, std::span<const float> means,
                              const KnownModules& known) {
  if (!(code.signal.noise > kDirtyNoise * common.noise * std::abs(code.signal.contrast)))
    return code;
  const TrimmedFit own = trimmed_fit(code, design, means, known);
  const TrimmedFit other = trimmed_fit(common.code, design, means, known);
  const TrimmedFit& better = other.distance < own.distance ? other : own;
  return std::isfinite(better.distance) ? better.code : code;
}

bool erase_dirt(const CodeEqualiser& code, const CommonFit& common, std::int32_t side,
                std::span<float> means, DoubtfulModules& doubtful) {
  doubtful.clear();
  const float noise = code.signal.noise / std::abs(code.signal.contrast);
  const Limits limits(std::min(noise, kMostNoise * common.noise));
  DirtMap map(code, side, means);
  if (!map.any(limits)) return false;
  map.find(limits);
  doubtful = map.doubtful();
  for (const std::size_t at : map.found()) means[at] = kNowhere;
  return true;
}

void lower_doubtful(const DoubtfulModules& doubtful, std::span<Llr> modules) {
  for (const std::size_t module : doubtful)
    modules[module] =
        static_cast<Llr>(std::clamp<int>(modules[module], -kDoubtfulLlr, kDoubtfulLlr));
}

}  // namespace ostracon::steps
