#include "host/cpu/drift_estimator.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <opencv2/core.hpp>
#include <vector>

#include "host/cpu/drift_spectra.hpp"
#include "host/cpu/parallel.hpp"
#include "host/cpu/typed_frames.hpp"
#include "pipeline/rules/spectrum.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kTaper = 24;     // px of raised cosine at the edges of a band
constexpr float kStandsStill = 0.004F;  // px: no further round of the template

/// Everything one band needs, made once.
struct BandWork {
  std::vector<Spectrum> frames;
  Spectrum sum, reference, product;
  std::vector<double> power;
  cv::Mat pixels, transform, coarse;
  std::vector<std::array<float, 2>> shift;
};

std::vector<float> taper(std::int32_t count) {
  std::vector<float> window(static_cast<std::size_t>(count), 1.0F);
  for (std::int32_t i = 0; i < std::min(kTaper, count / 2); ++i) {
    const float w =
        0.5F - 0.5F * std::cos(std::numbers::pi_v<float> * (static_cast<float>(i) + 0.5F) / kTaper);
    window[static_cast<std::size_t>(i)] = w;
    window[static_cast<std::size_t>(count - 1 - i)] = w;
  }
  return window;
}

class CpuDriftEstimator final : public DriftEstimator {
 public:
  explicit CpuDriftEstimator(const DriftEstimatorConfig& config) : config_(config) {
    const FieldShape& shape = config.shape;
    const auto fit = [](std::int32_t wanted, std::int32_t have) {
      return static_cast<std::int32_t>(
          std::bit_floor(static_cast<std::uint32_t>(std::min(wanted, have))));
    };
    band_ = {fit(config.band_rows, shape.rows), fit(config.band_cols, shape.cols)};
    const std::int32_t bands = std::max(1, (shape.rows + band_.rows / 2) / band_.rows);
    for (std::int32_t b = 0; b < bands; ++b) {
      const float span = static_cast<float>(shape.rows - band_.rows);
      const float first =
          bands == 1 ? span / 2 : span * static_cast<float>(b) / static_cast<float>(bands - 1);
      first_row_.push_back(static_cast<std::int32_t>(first));
    }
    first_col_ = (shape.cols - band_.cols) / 2;
    window_y_ = taper(band_.rows);
    window_x_ = taper(band_.cols);
    weights_.assign(static_cast<std::size_t>(std::max(shape.frames - 1, 1)),
                    std::vector<float>(band_.size()));
    work_.resize(first_row_.size());
    for (BandWork& work : work_) allocate(work);
  }

  Result<DriftField> run(const FrameStack& frames, const FlatField& flat) override {
    if (!(frames.shape == config_.shape))
      return Error{ErrorCode::kInvalidArgument, "DriftEstimator: field has another shape"};
    const std::size_t bands = first_row_.size();
    DriftField drift;
    drift.frames = config_.shape.frames;
    for (const std::int32_t row : first_row_)
      drift.band_centre_y.push_back(static_cast<float>(row) +
                                    0.5F * static_cast<float>(band_.rows - 1));
    drift.shift.assign(static_cast<std::size_t>(drift.frames) * bands, {0.0F, 0.0F});

    parallel_for(static_cast<std::int64_t>(bands), [&](std::int64_t b) {
      with_typed(frames, [&](auto stack) {
        transform(stack, frames.black, flat, static_cast<std::size_t>(b));
      });
    });
    std::vector<double> power(band_.size(), 0.0);
    for (const BandWork& work : work_)
      for (std::size_t i = 0; i < power.size(); ++i) power[i] += work.power[i];
    for (double& p : power) p /= static_cast<double>(bands) * drift.frames;
    const PowerModel model = PowerModel::fit(band_, power);
    drift.pixel_noise = pixel_noise(model);
    if (drift.frames == 1) return drift;
    const ActiveBand active{band_, model.active_ky, model.active_kx};
    // One set of weights for every number of frames a template is the sum of.
    for (std::size_t others = 1; others < static_cast<std::size_t>(drift.frames); ++others)
      set_weights(model, static_cast<float>(others), weights_[others - 1]);
    parallel_for(static_cast<std::int64_t>(bands),
                 [&](std::int64_t b) { estimate(work_[static_cast<std::size_t>(b)], active); });
    for (std::size_t b = 0; b < bands; ++b)
      for (std::size_t f = 0; f < work_[b].shift.size(); ++f)
        for (std::size_t k = 0; k < 2; ++k) {
          const float shift = work_[b].shift[f][k];
          // Pixels near the largest float make spectra that are no numbers.
          drift.shift[f * bands + b][k] = std::isfinite(shift) ? shift : 0.0F;
        }
    mend_outliers(drift);
    centre(drift);
    return drift;
  }

 private:
  void allocate(BandWork& work) const {
    const auto frames = static_cast<std::size_t>(config_.shape.frames);
    work.frames.assign(frames, Spectrum(band_.size()));
    for (Spectrum* spectrum : {&work.sum, &work.reference, &work.product})
      *spectrum = Spectrum(band_.size());
    work.power.resize(band_.size());
    work.pixels.create(band_.rows, band_.cols, CV_32F);
    work.coarse.create(band_.rows / 2, band_.cols / 2, CV_32FC2);
    work.shift.resize(frames);
  }

  template <class T>
  void transform(const StackView<const T>& stack, float black, const FlatField& flat,
                 std::size_t b) {
    BandWork& work = work_[b];
    std::fill(work.power.begin(), work.power.end(), 0.0);
    const std::int32_t top = first_row_[b];
    // One shade a band row and 16 px: the shading is smooth over 40 px.
    for (std::int32_t f = 0; f < stack.frames; ++f) {
      for (std::int32_t i = 0; i < band_.rows; ++i) {
        const std::int32_t y = top + i;
        const T* row = &stack.frame(f)(y, first_col_);
        float* out = work.pixels.ptr<float>(i);
        const float gain =
            flat.row_gain[static_cast<std::size_t>(f) * static_cast<std::size_t>(flat.rows) +
                          static_cast<std::size_t>(y)];
        const float wy = window_y_[static_cast<std::size_t>(i)];
        for (std::int32_t x0 = 0; x0 < band_.cols; x0 += 16) {
          const float inverse = gain / flat.shading_at(static_cast<float>(y),
                                                       static_cast<float>(first_col_ + x0) + 7.5F);
          for (std::int32_t x = x0; x < std::min(x0 + 16, band_.cols); ++x)
            out[x] = ((static_cast<float>(row[x]) - black) * inverse - 1.0F) * wy *
                     window_x_[static_cast<std::size_t>(x)];
        }
      }
      cv::dft(work.pixels, work.transform, cv::DFT_COMPLEX_OUTPUT);
      Spectrum& spectrum = work.frames[static_cast<std::size_t>(f)];
      const auto half = static_cast<std::size_t>(band_.half_cols());
      for (std::int32_t ky = 0; ky < band_.rows; ++ky) {
        const auto* in = work.transform.ptr<std::complex<float>>(ky);
        float* re = spectrum.re.data() + static_cast<std::size_t>(ky) * half;
        float* im = spectrum.im.data() + static_cast<std::size_t>(ky) * half;
        double* power = work.power.data() + static_cast<std::size_t>(ky) * half;
        for (std::size_t kx = 0; kx < half; ++kx) {
          re[kx] = in[kx].real();
          im[kx] = in[kx].imag();
          power[kx] += static_cast<double>(std::norm(in[kx]));
        }
      }
    }
  }

  /// Noise power per frequency over the power of the window.
  float pixel_noise(const PowerModel& model) const {
    double window = 1;
    for (const auto* axis : {&window_y_, &window_x_}) {
      double sum = 0;
      for (const float w : *axis) sum += static_cast<double>(w * w);
      window *= sum;
    }
    double noise = 0;
    for (const float n : model.noise) noise += static_cast<double>(n);
    return static_cast<float>(noise / static_cast<double>(model.noise.size()) / window);
  }

  void set_weights(const PowerModel& model, float others, std::vector<float>& weight) const {
    const auto half = static_cast<std::size_t>(band_.half_cols());
    for (std::size_t i = 0; i < weight.size(); ++i)
      weight[i] = rules::drift_weight(model.signal[i], model.noise[i % half], others);
  }

  void estimate(BandWork& work, const ActiveBand& active) const {
    const std::size_t frames = work.frames.size();
    // The last field's active band may have been wider, and whole vectors are read beyond this one.
    std::fill(work.product.re.begin(), work.product.re.end(), 0.0F);
    std::fill(work.product.im.begin(), work.product.im.end(), 0.0F);
    work.sum = work.frames[0];
    work.shift[0] = {0, 0};
    for (std::size_t f = 1; f < frames; ++f) {
      cross_spectrum(active, work.frames[f], work.sum, weights_[f - 1], work.product);
      work.shift[f] =
          refine_peak(active, work.product, coarse_peak(active, work.product, work.coarse));
      add_shifted(active, work.frames[f], work.shift[f], 1.0F, work.sum);
    }
    for (std::int32_t round = 0; round < config_.rounds; ++round) {
      const auto before = work.shift;
      float moved = 0;
      for (std::size_t f = 0; f < frames; ++f) {
        work.reference = work.sum;
        add_shifted(active, work.frames[f], before[f], -1.0F, work.reference);
        cross_spectrum(active, work.frames[f], work.reference, weights_.back(), work.product);
        work.shift[f] = refine_peak(active, work.product, before[f]);
        moved = std::max({moved, std::abs(work.shift[f][0] - before[f][0]),
                          std::abs(work.shift[f][1] - before[f][1])});
      }
      if (moved < kStandsStill) break;
      work.sum = Spectrum(band_.size());
      for (std::size_t f = 0; f < frames; ++f)
        add_shifted(active, work.frames[f], work.shift[f], 1.0F, work.sum);
    }
  }

  /// A band whose shift is far from the median of its frame's bands matched by chance: it takes the
  /// median. 8 px leave room for what drift and rotation of the scan do inside a frame.
  static void mend_outliers(DriftField& drift) {
    const std::size_t bands = drift.band_centre_y.size();
    if (bands < 3) return;
    for (std::size_t f = 0; f < static_cast<std::size_t>(drift.frames); ++f)
      for (std::size_t k = 0; k < 2; ++k) {
        std::vector<float> values;
        for (std::size_t b = 0; b < bands; ++b) values.push_back(drift.shift[f * bands + b][k]);
        auto middle = values.begin() + static_cast<std::ptrdiff_t>(bands / 2);
        std::nth_element(values.begin(), middle, values.end());
        for (std::size_t b = 0; b < bands; ++b)
          if (std::abs(drift.shift[f * bands + b][k] - *middle) > 8)
            drift.shift[f * bands + b][k] = *middle;
      }
  }

  /// Zero mean over frames in every band, and the rms second difference between bands.
  static void centre(DriftField& drift) {
    const std::size_t bands = drift.band_centre_y.size();
    const auto frames = static_cast<std::size_t>(drift.frames);
    for (std::size_t b = 0; b < bands; ++b)
      for (std::size_t k = 0; k < 2; ++k) {
        float mean = 0;
        for (std::size_t f = 0; f < frames; ++f) mean += drift.shift[f * bands + b][k];
        mean /= static_cast<float>(frames);
        for (std::size_t f = 0; f < frames; ++f) drift.shift[f * bands + b][k] -= mean;
      }
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t f = 0; f < frames; ++f)
      for (std::size_t b = 1; b + 1 < bands; ++b)
        for (std::size_t k = 0; k < 2; ++k, ++count) {
          const auto* s = drift.shift.data() + f * bands + b;
          const double d = s[-1][k] - 2 * s[0][k] + s[1][k];
          sum += d * d / 6;
        }
    drift.residual_px =
        count == 0 ? 0 : static_cast<float>(std::sqrt(sum / static_cast<double>(count)));
  }

  DriftEstimatorConfig config_;
  BandShape band_;
  std::vector<std::int32_t> first_row_;
  std::int32_t first_col_ = 0;
  std::vector<float> window_y_, window_x_;
  std::vector<std::vector<float>> weights_;  // [frames in the template - 1]
  std::vector<BandWork> work_;
};

}  // namespace

Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(const DriftEstimatorConfig& config) {
  if (config.shape.frames <= 0 || config.shape.rows < 32 || config.shape.cols < 32)
    return Error{ErrorCode::kInvalidArgument, "a field of " + std::to_string(config.shape.rows) +
                                                  " x " + std::to_string(config.shape.cols) +
                                                  " px is too small to hold a page"};
  return std::unique_ptr<DriftEstimator>(std::make_unique<CpuDriftEstimator>(config));
}

}  // namespace ostracon::cpu
