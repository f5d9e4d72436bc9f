#include "host/cpu/code_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/parallel.hpp"
#include "host/steps/code_response.hpp"
#include "pipeline/rules/code_window.hpp"

namespace ostracon::cpu {
namespace {

using format::qr::Symbol;
using steps::cell;
using steps::kCodeMargin;

constexpr float kNowhere = std::numeric_limits<float>::quiet_NaN();
constexpr float kLeastWeight = 0.5F;  // of a module's pixels that must lie within the image

/// The inverse of a code's map near one module: (dy, dx) px -> (row, column) modules.
struct Inverse {
  std::array<float, 4> rows{};         // row by dy, row by dx, column by dy, column by dx
  float row_width = 1, col_width = 1;  // of a pixel, modules
  float reach_y = 0, reach_x = 0;      // px from a module's centre within which pixels count
};

Inverse inverse_at(const CodeMap& map, float row, float col) {
  const float v = row - map.middle, u = col - map.middle;
  std::array<float, 2> down{}, right{};  // (y, x) px a row, a column
  for (std::size_t axis = 0; axis < 2; ++axis) {
    down[axis] = map.terms[1][axis] + 2 * v * map.terms[3][axis] + u * map.terms[4][axis];
    right[axis] = map.terms[2][axis] + v * map.terms[4][axis] + 2 * u * map.terms[5][axis];
  }
  const float area = down[0] * right[1] - down[1] * right[0];
  Inverse inverse;
  inverse.rows = {right[1] / area, -right[0] / area, -down[1] / area, down[0] / area};
  // A pixel's shadow along an axis, as wide as makes the area right.
  inverse.row_width = std::hypot(inverse.rows[0], inverse.rows[1]);
  inverse.col_width = std::hypot(inverse.rows[2], inverse.rows[3]);
  const float row_reach = 0.5F + 0.5F * inverse.row_width;
  const float col_reach = 0.5F + 0.5F * inverse.col_width;
  inverse.reach_y = row_reach * std::abs(down[0]) + col_reach * std::abs(right[0]);
  inverse.reach_x = row_reach * std::abs(down[1]) + col_reach * std::abs(right[1]);
  return inverse;
}

/// The mean of a module's pixels; kNowhere where the image has too few of them.
float module_mean(ImageView<const float> image, const CodeMap& map, const Inverse& inverse,
                  float row, float col) {
  const auto [y, x] = map.at(row, col);
  if (!(std::abs(y) < 1e6F && std::abs(x) < 1e6F)) return kNowhere;
  const auto first_y = std::max(0, static_cast<std::int32_t>(std::ceil(y - inverse.reach_y)));
  const auto first_x = std::max(0, static_cast<std::int32_t>(std::ceil(x - inverse.reach_x)));
  const auto last_y =
      std::min(image.rows - 1, static_cast<std::int32_t>(std::floor(y + inverse.reach_y)));
  const auto last_x =
      std::min(image.cols - 1, static_cast<std::int32_t>(std::floor(x + inverse.reach_x)));
  float sum = 0, weight = 0;
  for (std::int32_t py = first_y; py <= last_y; ++py) {
    const float dy = static_cast<float>(py) - y;
    const float* line = &image(py, 0);
    for (std::int32_t px = first_x; px <= last_x; ++px) {
      const float dx = static_cast<float>(px) - x;
      const float share =
          rules::pixel_in_module(inverse.rows[0] * dy + inverse.rows[1] * dx, inverse.row_width) *
          rules::pixel_in_module(inverse.rows[2] * dy + inverse.rows[3] * dx, inverse.col_width);
      weight += share;
      sum += share * line[px];
    }
  }
  const float pixels = 1 / (inverse.row_width * inverse.col_width);  // of a whole module, about
  return weight > kLeastWeight * pixels ? sum / weight : kNowhere;
}

/// (side + 2 margin)^2 means. The map bends little: its inverse is taken once a tile of modules.
std::vector<float> sample(ImageView<const float> image, const LocatedCode& code,
                          const Symbol& symbol) {
  constexpr std::int32_t kTile = 8;
  const std::int32_t wide = symbol.side + 2 * kCodeMargin;
  std::vector<float> means(static_cast<std::size_t>(wide) * static_cast<std::size_t>(wide));
  const auto place = [](std::int32_t index) { return static_cast<float>(index - kCodeMargin); };
  for (std::int32_t top = 0; top < wide; top += kTile)
    for (std::int32_t left = 0; left < wide; left += kTile) {
      const std::int32_t bottom = std::min(wide, top + kTile), end = std::min(wide, left + kTile);
      const Inverse inverse = inverse_at(code.map, 0.5F * (place(top) + place(bottom - 1)),
                                         0.5F * (place(left) + place(end - 1)));
      for (std::int32_t row = top; row < bottom; ++row)
        for (std::int32_t col = left; col < end; ++col)
          means[cell(row, col, wide)] =
              module_mean(image, code.map, inverse, place(row), place(col));
    }
  return means;
}

/// Takes means that no module can have out; true if there are any.
bool remove_dirt(const steps::CodeEqualiser& equaliser, float limit, std::vector<float>& means) {
  bool any = false;
  for (float& mean : means)
    if (std::abs(mean - equaliser.signal.level) > limit) {
      mean = kNowhere;
      any = true;
    }
  return any;
}

/// LLRs of all modules of one code. `means` are spoilt.
void equalise(const steps::CodeEqualiser& equaliser, std::int32_t side, std::vector<float>& means,
              Llr* modules) {
  const std::int32_t wide = side + 2 * kCodeMargin;
  const float middle = 0.5F * static_cast<float>(side - 1);
  std::vector<std::uint8_t> seen(means.size());
  for (std::int32_t row = 0; row < wide; ++row)
    for (std::int32_t col = 0; col < wide; ++col) {
      const std::size_t at = cell(row, col, wide);
      const float v = (static_cast<float>(row - kCodeMargin) - middle) / static_cast<float>(side);
      const float u = (static_cast<float>(col - kCodeMargin) - middle) / static_cast<float>(side);
      seen[at] = std::isfinite(means[at]) ? 1 : 0;
      means[at] = seen[at] == 0 ? 0.0F
                                : means[at] - equaliser.signal.level - u * equaliser.slope[0] -
                                      v * equaliser.slope[1];
    }
  constexpr std::int32_t kTaps = steps::kTapSide;
  static_assert(kTaps / 2 == kCodeMargin);
  for (std::int32_t row = 0; row < side; ++row)
    for (std::int32_t col = 0; col < side; ++col) {
      float output = 0;
      for (std::int32_t r = 0; r < kTaps; ++r)
        for (std::int32_t c = 0; c < kTaps; ++c)
          output += equaliser.taps[cell(r, c, kTaps)] * means[cell(row + r, col + c, wide)];
      const std::size_t own = cell(row + kCodeMargin, col + kCodeMargin, wide);
      const float llr =
          std::clamp(steps::nats_of(equaliser, output) / kNatsPerLlrStep, -127.0F, 127.0F);
      modules[cell(row, col, side)] = seen[own] == 0 ? Llr{0} : static_cast<Llr>(std::lrint(llr));
    }
}

class CpuCodeSampler final : public CodeSampler {
 public:
  explicit CpuCodeSampler(const CodeSamplerConfig& config) : config_(config) {}

  Result<std::vector<CodeSignal>> run(ImageView<const float> image,
                                      std::span<const LocatedCode> codes, Llr* modules) override {
    OSTRACON_TRY(check_sampled(config_, image.rows, image.cols, codes));
    std::vector<std::size_t> begin(codes.size() + 1);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto side = static_cast<std::size_t>(format::qr::side_of(codes[i].version));
      begin[i + 1] = begin[i] + side * side;
    }
    std::vector<std::vector<float>> means(codes.size());
    std::vector<steps::CodeSums> sums(codes.size());
    parallel_for(static_cast<std::int64_t>(codes.size()), [&](std::int64_t index) {
      const auto i = static_cast<std::size_t>(index);
      const Symbol& symbol = format::qr::symbol_of(codes[i].version);
      means[i] = sample(image, codes[i], symbol);
      sums[i] = steps::sums_of(means[i], symbol);
    });
    std::vector<steps::CodeEqualiser> equalisers(codes.size());
    const auto fit = [&] {
      const steps::CodeResponse response = steps::response_of(sums);
      parallel_for(static_cast<std::int64_t>(codes.size()), [&](std::int64_t index) {
        const auto i = static_cast<std::size_t>(index);
        equalisers[i] = steps::equaliser_of(sums[i], response);
      });
    };
    fit();
    const std::vector<float> limits = steps::dirt_limits(equalisers);
    parallel_for(static_cast<std::int64_t>(codes.size()), [&](std::int64_t index) {
      const auto i = static_cast<std::size_t>(index);
      if (equalisers[i].signal.contrast != 0 && remove_dirt(equalisers[i], limits[i], means[i]))
        sums[i] = steps::sums_of(means[i], format::qr::symbol_of(codes[i].version));
    });
    fit();
    std::vector<CodeSignal> signals(codes.size());
    parallel_for(static_cast<std::int64_t>(codes.size()), [&](std::int64_t index) {
      const auto i = static_cast<std::size_t>(index);
      const steps::CodeEqualiser& equaliser = equalisers[i];
      signals[i] = equaliser.signal;
      if (equaliser.signal.contrast == 0)
        std::fill(modules + begin[i], modules + begin[i + 1], Llr{0});
      else
        equalise(equaliser, format::qr::side_of(codes[i].version), means[i], modules + begin[i]);
    });
    return signals;
  }

 private:
  CodeSamplerConfig config_;
};

}  // namespace

Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& config) {
  OSTRACON_TRY(check(config));
  return std::unique_ptr<CodeSampler>(std::make_unique<CpuCodeSampler>(config));
}

}  // namespace ostracon::cpu
