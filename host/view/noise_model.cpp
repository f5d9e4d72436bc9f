#include "host/view/noise_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ostracon::view {
namespace {

constexpr std::int32_t kBlock = 16;         // px
constexpr double kMaskSquares = 36;         // of (1 -2 1) x (1 -2 1)
constexpr double kRounding = 1.0 / 12;      // variance of a rounded count
constexpr double kLeastSpread = 0.03;       // of block means, for a slope to be told from them
constexpr double kLeastNoise = 1e-4;        // of the picture's rms: what calls itself noiseless
constexpr double kMostResiduals = 3;        // rms: blocks beyond are damage or edges
constexpr float kOneElectronLess = 0.375F;  // 3/8 of the Anscombe transform
constexpr float kSmallest = 1.2247449F;     // transform of no electron, 2 sqrt(3/8)
constexpr float kMostVariance = 1e30F;      // counts^2: keeps what is squared later finite

/// Mean and noise variance of a block.
struct Block {
  double mean, variance;
};

/// Far beyond what any detector gives, but finite when squared in double and multiplied in float.
float bounded(double value) {
  constexpr double kMost = 1e30;
  return static_cast<float>(std::clamp(value, -kMost, kMost));
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Block measure(ImageView<const float> image, std::int32_t top, std::int32_t left) {
  double sum = 0;
  double squares = 0;
  const std::int32_t bottom = std::min(top + kBlock, image.rows - 1);
  const std::int32_t right = std::min(left + kBlock, image.cols - 1);
  const auto at = [&](std::int32_t y, std::int32_t x) { return static_cast<double>(image(y, x)); };
  const auto bend = [&](std::int32_t y, std::int32_t x) {
    return at(y, x - 1) - 2 * at(y, x) + at(y, x + 1);
  };
  for (std::int32_t y = top; y < bottom; ++y)
    for (std::int32_t x = left; x < right; ++x) {
      const double twist = bend(y - 1, x) - 2 * bend(y, x) + bend(y + 1, x);
      sum += at(y, x);
      squares += twist * twist;
    }
  const double count = static_cast<double>(bottom - top) * (right - left);
  return {sum / count, squares / kMaskSquares / count};
}

std::vector<Block> measure_blocks(ImageView<const float> image) {
  std::vector<Block> blocks;
  for (std::int32_t top = 1; top < image.rows - 1; top += kBlock)
    for (std::int32_t left = 1; left < image.cols - 1; left += kBlock)
      blocks.push_back(measure(image, top, left));
  return blocks;
}

/// Least squares of variance against mean; a slope below 0, or of means too much alike, is 0.
NoiseModel fit_line(const std::vector<Block>& blocks) {
  double mean = 0, variance = 0, spread = 0, slope = 0;
  const auto count = static_cast<double>(blocks.size());
  for (const Block& block : blocks) {
    mean += block.mean / count;
    variance += block.variance / count;
  }
  for (const Block& block : blocks) {
    spread += (block.mean - mean) * (block.mean - mean) / count;
    slope += (block.mean - mean) * (block.variance - variance) / count;
  }
  const bool told = spread > kLeastSpread * kLeastSpread * mean * mean && slope > 0;
  slope = told ? slope / spread : 0;
  return {bounded(slope), bounded(variance - slope * mean)};
}

NoiseModel fit_line_twice(std::vector<Block> blocks) {
  const NoiseModel first = fit_line(blocks);
  const auto residual = [&](const Block& block) {
    return std::abs(block.variance - static_cast<double>(first.floor) -
                    static_cast<double>(first.gain) * block.mean);
  };
  std::vector<double> residuals;
  for (const Block& block : blocks) residuals.push_back(residual(block));
  const double limit = kMostResiduals * 1.4826 * median(residuals);  // rms of a normal one
  std::erase_if(blocks, [&](const Block& block) { return residual(block) > limit; });
  return blocks.empty() ? first : fit_line(blocks);
}

double rms(ImageView<const float> image) {
  double squares = 0;
  for (std::int32_t y = 0; y < image.rows; ++y)
    for (std::int32_t x = 0; x < image.cols; ++x)
      squares += static_cast<double>(image(y, x)) * static_cast<double>(image(y, x));
  return std::sqrt(squares / (static_cast<double>(image.rows) * image.cols));
}

}  // namespace

NoiseModel find_noise(ImageView<const float> image, PixelType type, const StatedCounts& stated) {
  const double rounding = type == PixelType::kF32 ? 0 : kRounding;
  const bool gain_stated = stated.dn_per_electron && std::isfinite(*stated.dn_per_electron) &&
                           *stated.dn_per_electron > 0;
  const float gain = gain_stated ? bounded(static_cast<double>(*stated.dn_per_electron)) : 0;
  if (gain_stated && stated.offset && std::isfinite(*stated.offset))
    return {gain,
            bounded(rounding - static_cast<double>(gain) * static_cast<double>(*stated.offset))};
  const std::vector<Block> blocks = measure_blocks(image);
  NoiseModel model{0, static_cast<float>(rounding)};
  if (gain_stated && !blocks.empty()) {
    std::vector<double> floors;
    model.gain = gain;
    for (const Block& block : blocks)
      floors.push_back(block.variance - static_cast<double>(model.gain) * block.mean);
    model.floor = bounded(median(floors));
  } else if (!blocks.empty()) {
    model = fit_line_twice(blocks);
  }
  const double least = kLeastNoise * rms(image) + 1e-18;
  if (model.gain <= 0)
    model.floor = std::max({model.floor, static_cast<float>(rounding), bounded(least * least)});
  return model;
}

Stabiliser::Stabiliser(const NoiseModel& model) : gain_(model.gain), floor_(model.floor) {}

float Stabiliser::forward(float counts) const {
  if (gain_ <= 0) return counts / std::sqrt(floor_);
  const float variance = gain_ * (counts + kOneElectronLess * gain_) + floor_;
  return 2 / gain_ * std::sqrt(std::clamp(variance, 0.0F, kMostVariance));
}

float Stabiliser::inverse(float stabilised) const {
  if (gain_ <= 0) return stabilised * std::sqrt(floor_);
  const float d = std::max(stabilised, kSmallest);
  const float electrons =
      0.25F * d * d - 0.125F + (0.30618622F + (-1.375F + 0.76546554F / d) / d) / d;
  return gain_ * electrons - floor_ / gain_;
}

}  // namespace ostracon::view
