#include "host/cpu/pitch_finder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "host/cpu/pitch_spectrum.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kLargestCrop = 512;
constexpr std::size_t kCandidates = 40;
constexpr float kLeastLine = 10.0F;  // nats that each line of a pair must have
// Strength at which no more is tried: after the first crop's cheap sources, and at any time.
constexpr float kClear = 120.0F;
constexpr float kEnough = 45.0F;
constexpr float kInImage = 16.0F;      // nats of both lines in the image alone, at a given place
constexpr float kMostStretch = 1.18F;  // one axis against the other
constexpr float kMostSkew = 0.20F;     // cosine between them

struct Line {
  float fy, fx;    // cycles per px
  float strength;  // nats
  float in_image;  // nats of the image alone
};

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

/// The largest even side up to `most` that transforms quickly.
std::int32_t crop_side(std::int32_t most) {
  std::int32_t side = most - most % 2;
  while (cv::getOptimalDFTSize(side) != side) side -= 2;
  return side;
}

class CpuPitchFinder final : public PitchFinder {
 public:
  explicit CpuPitchFinder(const PitchFinderConfig& config)
      : config_(config),
        crop_(crop_side(std::min({kLargestCrop, config.rows, config.cols}))),
        spectrum_(crop_, std::min(crop_ - 2, static_cast<std::int32_t>(static_cast<float>(crop_) /
                                                                       config.min_pitch_px) +
                                                 1)) {
    for (cv::Mat& sum : sums_) sum.create(spectrum_.power(LineSource::kImage).size(), CV_32F);
    evidence_.create(sums_[0].size(), CV_32F);
  }

  Result<std::optional<LatticeSeed>> run(ImageView<const float> mean) override {
    if (mean.rows != config_.rows || mean.cols != config_.cols)
      return Error{ErrorCode::kInvalidArgument, "PitchFinder: image has another shape"};
    best_.reset();
    for (cv::Mat& sum : sums_) sum.setTo(0);
    // The middle first, then a ring of crops around it. A warped lattice has other lines in each
    // of them, an even one has the same: each crop is looked at alone and with those before.
    const std::int32_t dy = std::min(crop_, (mean.rows - crop_) / 2);
    const std::int32_t dx = std::min(crop_, (mean.cols - crop_) / 2);
    static constexpr std::array<std::array<std::int32_t, 2>, 9> kOrder{
        {{0, 0}, {-1, -1}, {1, 1}, {-1, 1}, {1, -1}, {-1, 0}, {0, 1}, {1, 0}, {0, -1}}};
    float crops = 0;
    for (const auto& [i, j] : kOrder) {
      // Crops that share most of their pixels would count as evidence what is only repeated.
      if ((i != 0 && 2 * dy < crop_) || (j != 0 && 2 * dx < crop_)) continue;
      const std::int32_t top = (mean.rows - crop_) / 2 + i * dy;
      const std::int32_t left = (mean.cols - crop_) / 2 + j * dx;
      spectrum_.measure({&mean(top, left), crop_, crop_, mean.row_stride});
      if (crops == 0) {
        look(1, 3, middle_of(top, left));
        if (best_ && best_->strength >= kClear) break;
      }
      spectrum_.measure_gradient();
      crops += 1;
      look(1, kLineSources, middle_of(top, left));
      for (std::size_t s = 0; s < kLineSources; ++s)
        sums_[s] += spectrum_.power(static_cast<LineSource>(s));
      if (crops > 1)
        look(crops, kLineSources, middle_of((mean.rows - crop_) / 2, (mean.cols - crop_) / 2));
      if (best_ && best_->strength >= kEnough) break;
    }
    if (best_ && best_->strength < config_.min_strength) best_.reset();
    return best_;
  }

 private:
  std::array<float, 2> middle_of(std::int32_t top, std::int32_t left) const {
    const float half = 0.5F * static_cast<float>(crop_ - 1);
    return {static_cast<float>(top) + half, static_cast<float>(left) + half};
  }

  /// Keeps the strongest pair of the crop last measured, or of all `crops` so far if more than one.
  void look(float crops, std::size_t sources, std::array<float, 2> centre) {
    evidence_.setTo(0);
    crops_ = crops;
    for (std::size_t s = 0; s < sources; ++s) {
      const cv::Mat& power = crops > 1 ? sums_[s] : spectrum_.power(static_cast<LineSource>(s));
      for (std::int32_t i = 0; i < evidence_.rows; ++i)
        for (std::int32_t j = 0; j < evidence_.cols; ++j) {
          const float a = power.at<float>(i, j) / crops;
          if (!(a > 2)) continue;  // NaN is no line
          float& nats = evidence_.at<float>(i, j);
          nats = std::max(nats, nats_of(a));
        }
    }
    const auto found = strongest_pair();
    if (!found || (best_ && best_->strength >= found->strength)) return;
    best_ = found;
    best_->centre = centre;
  }

  /// Chernoff's bound on the chance that the mean of so many exponentials reaches a.
  float nats_of(float a) const { return a > 1 ? crops_ * (a - 1 - std::log(a)) : 0.0F; }

  float at(const cv::Mat& half_plane, std::int32_t ky, std::int32_t kx) const {
    // Mirrored in the origin where x is negative.
    const std::int32_t y = (kx < 0 ? -ky : ky) + spectrum_.highest();
    const std::int32_t x = std::abs(kx);
    return y < 0 || y >= half_plane.rows || x >= half_plane.cols ? 0.0F
                                                                 : half_plane.at<float>(y, x);
  }
  float at(std::int32_t ky, std::int32_t kx) const { return at(evidence_, ky, kx); }

  float in_image(std::int32_t ky, std::int32_t kx) const {
    const auto image = static_cast<std::size_t>(LineSource::kImage);
    const cv::Mat& power = crops_ > 1 ? sums_[image] : spectrum_.power(LineSource::kImage);
    float most = 0;
    for (std::int32_t i = -1; i <= 1; ++i)
      for (std::int32_t j = -1; j <= 1; ++j)
        most = std::max(most, at(power, ky + i, kx + j) / crops_);
    return nats_of(most);
  }

  /// The local maxima of the half plane, strongest first.
  std::vector<Line> lines() const {
    const std::int32_t highest = spectrum_.highest();
    const float lowest = static_cast<float>(crop_) / config_.max_pitch_px;
    std::vector<Line> found;
    for (std::int32_t ky = -highest; ky <= highest; ++ky)
      for (std::int32_t kx = 0; kx <= highest; ++kx) {
        const float radius = std::hypot(static_cast<float>(ky), static_cast<float>(kx));
        if (!(at(ky, kx) >= kLeastLine) || radius < lowest || !is_peak(ky, kx)) continue;
        found.push_back(centred(ky, kx));
      }
    std::sort(found.begin(), found.end(),
              [](const Line& a, const Line& b) { return a.strength > b.strength; });
    return found;
  }

  bool is_peak(std::int32_t ky, std::int32_t kx) const {
    for (std::int32_t i = -1; i <= 1; ++i)
      for (std::int32_t j = -1; j <= 1; ++j)
        if ((i != 0 || j != 0) && at(ky + i, kx + j) > at(ky, kx)) return false;
    return true;
  }

  Line centred(std::int32_t ky, std::int32_t kx) const {
    const auto vertex = [](float a, float b, float c) {
      const float curvature = a - 2 * b + c;
      return curvature < 0 ? std::clamp(0.5F * (a - c) / curvature, -0.5F, 0.5F) : 0.0F;
    };
    const auto level = [&](std::int32_t i, std::int32_t j) { return std::log(at(i, j) + 1.0F); };
    const float y = vertex(level(ky - 1, kx), level(ky, kx), level(ky + 1, kx));
    const float x = vertex(level(ky, kx - 1), level(ky, kx), level(ky, kx + 1));
    const auto n = static_cast<float>(crop_);
    return {(static_cast<float>(ky) + y) / n, (static_cast<float>(kx) + x) / n, at(ky, kx),
            in_image(ky, kx)};
  }

  std::optional<LatticeSeed> strongest_pair() const {
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
    return LatticeSeed{{},
                       {c.fx / det, -c.fy / det},
                       {-r.fx / det, r.fy / det},
                       axes->strength(),
                       c.in_image + r.in_image >= kInImage};
  }

  std::vector<Pair> all_pairs() const {
    std::vector<Line> across, along;
    for (const Line& line : lines()) {
      const bool is_across = line.fx >= std::abs(line.fy);
      auto& list = is_across ? across : along;
      if (list.size() >= kCandidates) continue;
      list.push_back(line);
      if (!is_across && line.fy < 0)
        list.back() = {-line.fy, -line.fx, line.strength, line.in_image};
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
  PitchSpectrum spectrum_;
  std::array<cv::Mat, kLineSources> sums_;  // over crops
  float crops_ = 1;                         // that are in what is looked at
  cv::Mat evidence_;                        // nats, as PitchSpectrum::power
  std::optional<LatticeSeed> best_;
};

}  // namespace

Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& config) {
  if (std::min(config.rows, config.cols) < 64)
    return Error{ErrorCode::kInvalidArgument, "PitchFinderConfig: image smaller than 64 px"};
  return std::unique_ptr<PitchFinder>(std::make_unique<CpuPitchFinder>(config));
}

}  // namespace ostracon::cpu
