#include "host/steps/code_dirt.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace ostracon::steps {
namespace {

using format::qr::Role;
using format::qr::Symbol;

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

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// +1 light, -1 dark, 0 where the version does not say; around the symbol it is light.
float sign_at(const Symbol& symbol, std::int32_t row, std::int32_t col) {
  if (row < 0 || col < 0 || row >= symbol.side || col >= symbol.side) return 1;
  const std::size_t at = cell(row, col, symbol.side);
  if (symbol.role[at] == Role::kData || symbol.role[at] == Role::kFormat) return 0;
  return symbol.value[at] != 0 ? -1.0F : 1.0F;
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
std::vector<Misfit> misfits_of(const CodeEqualiser& code, const CodeResponse& response,
                               std::span<const float> means, const Symbol& symbol) {
  const Excess excess(code, symbol.side);
  const std::int32_t wide = symbol.side + 2 * kCodeMargin;
  const float own = code.signal.centre * (code.signal.contrast < 0 ? -1.0F : 1.0F);
  const auto across = static_cast<float>(response.across), down = static_cast<float>(response.down);
  const auto diagonal = static_cast<float>(response.diagonal);
  std::vector<Misfit> misfits;
  for (std::int32_t row = 0; row < symbol.side; ++row)
    for (std::int32_t col = 0; col < symbol.side; ++col) {
      const float sign = sign_at(symbol, row, col);
      const std::size_t at = cell(row + kCodeMargin, col + kCodeMargin, wide);
      if (sign == 0 || !std::isfinite(means[at])) continue;
      const auto near = [&](std::int32_t r, std::int32_t c) {
        return sign_at(symbol, row + r, col + c);
      };
      const float expected =
          own * (sign + across * (near(0, -1) + near(0, 1)) + down * (near(-1, 0) + near(1, 0)) +
                 diagonal * (near(-1, -1) + near(-1, 1) + near(1, -1) + near(1, 1)));
      misfits.push_back(
          {at, std::abs(excess.of(means[at], row + kCodeMargin, col + kCodeMargin) - expected)});
    }
  return misfits;
}

struct TrimmedFit {
  CodeEqualiser code;
  float distance = std::numeric_limits<float>::infinity();  // the median one
};
TrimmedFit trimmed_fit(CodeEqualiser fit, const TapDesign& design, std::span<const float> means,
                       const Symbol& symbol) {
  TrimmedFit trimmed;
  for (int round = 0; round < kFits && fit.signal.contrast != 0; ++round) {
    const std::vector<Misfit> misfits = misfits_of(fit, design.response(), means, symbol);
    std::vector<float> distances;
    for (const Misfit& misfit : misfits) distances.push_back(misfit.distance);
    if (distances.empty()) break;
    const float middle = median(std::move(distances));
    if (round > 0) trimmed = {fit, middle};
    std::vector<float> kept(means.begin(), means.end());
    for (const Misfit& misfit : misfits)
      if (misfit.distance > kMedians * middle) kept[misfit.at] = kNowhere;
    fit = equaliser_of(sums_of(kept, known_modules(symbol.version)), design);
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
                              const Symbol& symbol) {
  if (!(code.signal.noise > kDirtyNoise * common.noise * std::abs(code.signal.contrast)))
    return code;
  const TrimmedFit own = trimmed_fit(code, design, means, symbol);
  const TrimmedFit other = trimmed_fit(common.code, design, means, symbol);
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
