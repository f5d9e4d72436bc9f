#include "pipeline/blur.hpp"

#include <cmath>

namespace ostracon {

void PulseResponse::add(ImageView<const float> grid, ImageView<const std::uint8_t> known) {
  for (std::int32_t r = 0; r < known.rows; ++r)
    for (std::int32_t c = 0; c < known.cols; ++c) {
      if (known(r, c) > 1) continue;
      const double sign = known(r, c) == 0 ? 1 : -1;
      centre += sign * static_cast<double>(grid(r + 1, c + 1));
      beside += sign * 0.25 *
                static_cast<double>(grid(r, c + 1) + grid(r + 2, c + 1) + grid(r + 1, c) +
                                    grid(r + 1, c + 2));
      ++count;
    }
}

double response_ratio(double blur, double assumed) {
  const double sigma = std::sqrt(blur * blur + assumed * assumed);
  // Triangle of half width 1 convolved with the Gaussian, by quadrature of the triangle.
  const auto at = [&](double d) {
    constexpr int kSteps = 200;
    double sum = 0;
    for (int k = 0; k < kSteps; ++k) {
      const double u = -1 + 2 * (k + 0.5) / kSteps;
      const double z = (d - u) / sigma;
      sum += (1 - std::abs(u)) * std::exp(-0.5 * z * z);
    }
    return sum;
  };
  return at(1) / at(0);
}

float estimate_blur(const PulseResponse& response, float assumed) {
  if (response.count == 0 || response.centre == 0) return assumed;
  const double ratio = response.beside / response.centre;
  double low = 0.05;
  double high = 0.9;
  for (int step = 0; step < 30; ++step) {
    const double middle = 0.5 * (low + high);
    (response_ratio(middle, static_cast<double>(assumed)) < ratio ? low : high) = middle;
  }
  return static_cast<float>(0.5 * (low + high));
}

}  // namespace ostracon
