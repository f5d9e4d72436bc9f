#include "host/cpu/pitch_finder.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <opencv2/core.hpp>
#include <vector>

#include "host/cpu/parallel.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kLargestCrop = 512;
// Gaussians before the gradient, px: fine pitches want little, coarse ones drown in pixel noise.
constexpr std::array<float, 3> kSmoothingPx{0.9F, 2.0F, 0.45F};
// Strength at which no further crop or smoothing is tried, after 1, 5 and 9 crops.
constexpr std::array<float, 3> kEnough{40.0F, 20.0F, 14.0F};
constexpr std::size_t kCandidates = 24;

struct Line {
  float fy, fx;    // cycles per px
  float strength;  // over the median of its ring
};

class CpuPitchFinder final : public PitchFinder {
 public:
  explicit CpuPitchFinder(const PitchFinderConfig& config) : config_(config) {
    crop_ = static_cast<std::int32_t>(std::bit_floor(
        static_cast<std::uint32_t>(std::min({kLargestCrop, config.rows, config.cols}))));
    for (cv::Mat& power : power_) power.create(2 * crop_, crop_ + 1, CV_32F);
  }

  Result<std::optional<LatticeSeed>> run(ImageView<const float> mean) override {
    if (mean.rows != config_.rows || mean.cols != config_.cols)
      return Error{ErrorCode::kInvalidArgument, "PitchFinder: image has another shape"};
    for (cv::Mat& power : power_) power.setTo(0);
    std::optional<LatticeSeed> best;
    // The middle first, then a ring of crops around it: noise averages out, the line stays.
    const std::int32_t dy = std::min(crop_, (mean.rows - crop_) / 2);
    const std::int32_t dx = std::min(crop_, (mean.cols - crop_) / 2);
    const std::int32_t order[9][2] = {{0, 0},  {-1, -1}, {1, 1}, {-1, 1}, {1, -1},
                                      {-1, 0}, {0, 1},   {1, 0}, {0, -1}};
    const int rounds[4] = {0, 1, 5, 9};
    for (std::size_t round = 1; round < 4; ++round) {
      const float enough = kEnough[round - 1];
      if (round > 1 && dy == 0 && dx == 0) break;
      for (std::size_t scale = 0; scale < kSmoothingPx.size(); ++scale) {
        for (int n = rounds[round - 1]; n < rounds[round]; ++n)
          add_crop(mean, (mean.rows - crop_) / 2 + order[n][0] * dy,
                   (mean.cols - crop_) / 2 + order[n][1] * dx, scale);
        const auto found = strongest_pair(power_[scale]);
        if (found && (!best || found->strength > best->strength)) best = found;
        if (best && best->strength >= enough) break;
      }
      if (best && best->strength >= enough) break;
    }
    if (!best || best->strength < config_.min_strength) return std::optional<LatticeSeed>();
    best->centre = {0.5F * static_cast<float>(mean.rows - 1),
                    0.5F * static_cast<float>(mean.cols - 1)};
    return best;
  }

 private:
  /// Adds the power spectrum of the squared gradient of one crop, formed on a grid of half pixels.
  void add_crop(const ImageView<const float>& mean, std::int32_t top, std::int32_t left,
                std::size_t scale) {
    const float smoothing = kSmoothingPx[scale];
    const std::int32_t n = crop_;
    cv::Mat pixels(n, n, CV_32F);
    for (std::int32_t i = 0; i < n; ++i)
      for (std::int32_t j = 0; j < n; ++j)
        pixels.at<float>(i, j) =
            std::clamp(mean(top + i, left + j), -1.0F, 1.0F) * hann(i, n) * hann(j, n);
    cv::Mat spectrum;
    cv::dft(pixels, spectrum, cv::DFT_COMPLEX_OUTPUT);
    cv::Mat gradient = cv::Mat::zeros(2 * n, 2 * n, CV_32FC2);
    const float turn = 2 * std::numbers::pi_v<float>;
    for (std::int32_t i = 0; i < n; ++i) {
      const std::int32_t ky = i < n / 2 ? i : i - n;
      const auto* in = spectrum.ptr<std::complex<float>>(i);
      auto* out = gradient.ptr<std::complex<float>>((ky + 2 * n) % (2 * n));
      for (std::int32_t j = 0; j < n; ++j) {
        const std::int32_t kx = j < n / 2 ? j : j - n;
        const float wy = turn * static_cast<float>(ky) / static_cast<float>(n);
        const float wx = turn * static_cast<float>(kx) / static_cast<float>(n);
        const float smooth = std::exp(-0.5F * smoothing * smoothing * (wy * wy + wx * wx));
        // i wy + i (i wx): the inverse transform is d/dy + i d/dx.
        out[(kx + 2 * n) % (2 * n)] = in[j] * std::complex<float>(-wx, wy) * smooth;
      }
    }
    cv::dft(gradient, gradient, cv::DFT_INVERSE | cv::DFT_SCALE);
    cv::Mat squared(2 * n, 2 * n, CV_32F);
    double sum = 0;
    for (std::int32_t i = 0; i < 2 * n; ++i) {
      const auto* in = gradient.ptr<std::complex<float>>(i);
      for (std::int32_t j = 0; j < 2 * n; ++j) {
        squared.at<float>(i, j) = std::norm(in[j]);
        sum += static_cast<double>(std::norm(in[j]));
      }
    }
    // The crop's own window squared is the mean to take off; what is left is windowed once more.
    double window = 0;
    for (std::int32_t i = 0; i < 2 * n; ++i) window += std::pow(hann(i, 2 * n), 2);
    const auto level = static_cast<float>(sum / (window * window));
    for (std::int32_t i = 0; i < 2 * n; ++i)
      for (std::int32_t j = 0; j < 2 * n; ++j) {
        const float w = hann(i, 2 * n) * hann(j, 2 * n);
        squared.at<float>(i, j) -= level * w * w;
      }
    cv::dft(squared, spectrum, cv::DFT_COMPLEX_OUTPUT);
    for (std::int32_t i = 0; i < 2 * n; ++i)
      for (std::int32_t j = 0; j <= n; ++j)
        power_[scale].at<float>(i, j) += std::norm(spectrum.at<std::complex<float>>(i, j));
  }

  static float hann(std::int32_t i, std::int32_t n) {
    return 0.5F - 0.5F * std::cos(2 * std::numbers::pi_v<float> * (static_cast<float>(i) + 0.5F) /
                                  static_cast<float>(n));
  }

  float at(std::int32_t ky, std::int32_t kx) const {
    return shown_->at<float>((ky + 2 * crop_) % (2 * crop_), kx);
  }

  /// The strongest local maxima of the half plane, each over the median of its ring.
  std::vector<Line> lines() const {
    const auto n = static_cast<float>(crop_);
    const auto lowest = static_cast<std::int32_t>(n / config_.max_pitch_px);
    const auto highest =
        std::min(crop_ - 2, static_cast<std::int32_t>(n / config_.min_pitch_px) + 1);
    std::vector<std::vector<float>> rings(static_cast<std::size_t>(highest) / 8 + 1);
    const auto ring_of = [](std::int32_t ky, std::int32_t kx) {
      return static_cast<std::size_t>(std::hypot(static_cast<float>(ky), static_cast<float>(kx))) /
             8;
    };
    for (std::int32_t ky = -highest; ky <= highest; ++ky)
      for (std::int32_t kx = 0; kx <= highest; ++kx)
        if (const std::size_t ring = ring_of(ky, kx); ring < rings.size())
          rings[ring].push_back(at(ky, kx));
    std::vector<float> median;
    for (auto& ring : rings) {
      if (ring.empty()) ring.push_back(1);
      auto middle = ring.begin() + static_cast<std::ptrdiff_t>(ring.size() / 2);
      std::nth_element(ring.begin(), middle, ring.end());
      median.push_back(std::max(*middle, 1e-30F));
    }
    // The spectrum of a smoothed image falls steeply within a ring: the level at a radius lies
    // between the medians of two rings, or its inner edge would stand out by itself.
    const auto level = [&](float radius) {
      const float ring = std::clamp(radius / 8 - 0.5F, 0.0F, static_cast<float>(median.size() - 1));
      const auto inner = static_cast<std::size_t>(ring);
      const std::size_t outer = std::min(inner + 1, median.size() - 1);
      const float share = ring - static_cast<float>(inner);
      return median[inner] * std::pow(median[outer] / median[inner], share);
    };
    std::vector<Line> found;
    for (std::int32_t ky = -highest; ky <= highest; ++ky)
      for (std::int32_t kx = 0; kx <= highest; ++kx) {
        const std::size_t ring = ring_of(ky, kx);
        const float radius = std::hypot(static_cast<float>(ky), static_cast<float>(kx));
        if (ring >= rings.size() || radius < static_cast<float>(lowest)) continue;
        const float strength = at(ky, kx) / level(radius);
        if (!(strength >= 4) || !is_peak(ky, kx)) continue;  // NaN is no line
        found.push_back(centred(ky, kx, strength));
      }
    std::sort(found.begin(), found.end(),
              [](const Line& a, const Line& b) { return a.strength > b.strength; });
    return found;
  }

  bool is_peak(std::int32_t ky, std::int32_t kx) const {
    for (std::int32_t i = -1; i <= 1; ++i)
      for (std::int32_t j = kx == 0 ? 0 : -1; j <= 1; ++j)
        if ((i != 0 || j != 0) && at(ky + i, kx + j) > at(ky, kx)) return false;
    return true;
  }

  Line centred(std::int32_t ky, std::int32_t kx, float strength) const {
    const auto vertex = [](float a, float b, float c) {
      const float curvature = a - 2 * b + c;
      return curvature < 0 ? std::clamp(0.5F * (a - c) / curvature, -0.5F, 0.5F) : 0.0F;
    };
    const auto level = [&](std::int32_t i, std::int32_t j) {
      return std::log(std::max(at(i, std::abs(j)), 1e-30F));
    };
    const float y = vertex(level(ky - 1, kx), level(ky, kx), level(ky + 1, kx));
    const float x = kx == 0 ? 0 : vertex(level(ky, kx - 1), level(ky, kx), level(ky, kx + 1));
    const auto n = static_cast<float>(crop_);
    return {(static_cast<float>(ky) + y) / n, (static_cast<float>(kx) + x) / n, strength};
  }

  /// Two lines that can be the axes of one lattice: as frequencies (y, x), cycles per px.
  struct Pair {
    Line across, along;
    float strength() const { return std::min(across.strength, along.strength); }
    float length() const { return std::hypot(across.fy, across.fx); }
  };

  std::optional<LatticeSeed> strongest_pair(const cv::Mat& power) {
    shown_ = &power;
    const std::vector<Pair> pairs = all_pairs();
    const auto best =
        std::max_element(pairs.begin(), pairs.end(),
                         [](const Pair& a, const Pair& b) { return a.strength() < b.strength(); });
    if (best == pairs.end()) return std::nullopt;
    // Sharp or quiet images may show harmonics or diagonals of the lattice more strongly than its
    // axes. The axes are the longest wavelengths that the strongest pair is a whole multiple of.
    const Pair* axes = &*best;
    for (const Pair& pair : pairs)
      if (pair.length() < 0.85F * axes->length() && pair.strength() >= config_.min_strength &&
          is_multiple(*best, pair))
        axes = &pair;
    const Line& c = axes->across;
    const Line& r = axes->along;
    // Rows of the inverse map: row = r . (y, x), col = c . (y, x).
    const float det = r.fy * c.fx - r.fx * c.fy;
    return LatticeSeed{{}, {c.fx / det, -c.fy / det}, {-r.fx / det, r.fy / det}, axes->strength()};
  }

  std::vector<Pair> all_pairs() const {
    std::vector<Line> across, along;  // nearer to the x axis, nearer to the y axis
    for (const Line& line : lines()) {
      const bool is_across = line.fx >= std::abs(line.fy);
      auto& list = is_across ? across : along;
      if (list.size() >= kCandidates) continue;
      list.push_back(line);
      if (!is_across && line.fy < 0) list.back() = {-line.fy, -line.fx, line.strength};
    }
    std::vector<Pair> pairs;
    for (const Line& c : across)
      for (const Line& r : along) {
        const float lc = std::hypot(c.fy, c.fx);
        const float lr = std::hypot(r.fy, r.fx);
        if (std::abs(lc / lr - 1) > 0.10F) continue;
        if (std::abs(c.fy * r.fy + c.fx * r.fx) > 0.14F * lc * lr) continue;
        pairs.push_back({c, r});
      }
    return pairs;
  }

  /// True if both lines of `of` are whole multiples of those of `base`, to a tenth.
  static bool is_multiple(const Pair& of, const Pair& base) {
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

  PitchFinderConfig config_;
  std::int32_t crop_ = 0;
  std::array<cv::Mat, kSmoothingPx.size()> power_;
  const cv::Mat* shown_ = nullptr;  // the one that lines() looks at
};

}  // namespace

Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& config) {
  if (std::min(config.rows, config.cols) < 64)
    return Error{ErrorCode::kInvalidArgument, "PitchFinderConfig: image smaller than 64 px"};
  return std::unique_ptr<PitchFinder>(std::make_unique<CpuPitchFinder>(config));
}

}  // namespace ostracon::cpu
