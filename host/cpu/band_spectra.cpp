#include "host/cpu/band_spectra.hpp"

#include <algorithm>
#include <cmath>

#include "host/cpu/band_work.hpp"
#include "host/parallel.hpp"
#include "host/steps/power_model.hpp"
#include "pipeline/rules/spectrum.hpp"

namespace ostracon::cpu {
namespace {

using steps::PowerModel;

double squares(const Spectrum& spectrum, std::size_t first, std::size_t last) {
  double sum = 0;
  for (std::size_t at = first; at < last; at += 64) {
    float part = 0;
    for (std::size_t i = at; i < std::min(at + 64, last); ++i)
      part += spectrum.re[i] * spectrum.re[i] + spectrum.im[i] * spectrum.im[i];
    sum += static_cast<double>(part);
  }
  return sum;
}

/// Weights of a cross spectrum with a template of some frames, and what it is worth.
struct TemplateWeights {
  std::vector<float> weight;  // [rows][half_cols], rules::drift_weight
  steps::TemplateWorth worth;
};

class CpuBandSpectra final : public steps::BandSpectra {
 public:
  explicit CpuBandSpectra(const BandPlan& plan)
      : plan_(plan),
        maps_(plan.bands(), CorrelationMap(plan.shape)),
        weights_(static_cast<std::size_t>(plan.field.frames)) {
    for (std::size_t b = 0; b < plan.bands(); ++b) work_.emplace_back(plan);
  }

  Result<> load(const FrameStack& stack, const FlatField& flat,
                std::span<const CropOffset> offsets) override {
    offsets_.assign(offsets.begin(), offsets.end());
    for_each_band([&](std::size_t b, BandWork& work) {
      for (std::size_t f = 0; f < weights_.size(); ++f)
        work.transform(plan_, b, stack, flat, f, offsets[f * work_.size() + b]);
    });
    return Ok{};
  }

  /// Only of bands that have moved.
  Result<> cut_again(const FrameStack& stack, const FlatField& flat,
                     std::span<const std::size_t> frames,
                     std::span<const CropOffset> offsets) override {
    for_each_band([&](std::size_t b, BandWork& work) {
      for (const std::size_t f : frames) {
        const CropOffset& to = offsets[f * work_.size() + b];
        CropOffset& from = offsets_[f * work_.size() + b];
        if (to.y == from.y && to.x == from.x) continue;
        work.transform(plan_, b, stack, flat, f, to);
        from = to;
      }
    });
    return Ok{};
  }

  Result<std::vector<steps::FrameEnergy>> energies() override {
    std::vector<steps::FrameEnergy> energies(weights_.size());
    parallel_for(plan_.field.frames, [&](std::int64_t frame) {
      const auto f = static_cast<std::size_t>(frame);
      energies[f] = {energy(f), noise_energy(f)};
    });
    return energies;
  }

  Result<steps::PowerSummary> fit_power(std::span<const std::size_t> frames) override {
    model_ = PowerModel::fit(plan_.shape, mean_power(frames));
    active_ = {plan_.shape, model_.active_ky, model_.active_kx};
    for (TemplateWeights& of : weights_) of.weight.clear();
    // The last field's active band may have been wider, and whole vectors are read beyond this one.
    for (BandWork& work : work_) work.product = Spectrum(plan_.shape.size());
    steps::PowerSummary summary;
    for (const float s : model_.signal) summary.signal += static_cast<double>(s);
    for (const float n : model_.noise) summary.noise += static_cast<double>(n);
    summary.noise /= static_cast<double>(model_.noise.size());
    return summary;
  }

  Result<steps::TemplateWorth> worth(std::size_t others) override { return weights(others).worth; }

  Result<> clear_sum() override {
    for (BandWork& work : work_) work.sum = Spectrum(plan_.shape.size());
    return Ok{};
  }

  Result<> add_to_sum(std::size_t frame, std::span<const Shift> shift, float sign) override {
    for_each_band([&](std::size_t b, BandWork& work) {
      add_shifted(active_, work.frames[frame], shift[b], sign, work.sum);
    });
    return Ok{};
  }

  Result<> sum_up(std::span<const std::size_t> members, std::span<const Shift> shift) override {
    for_each_band([&](std::size_t b, BandWork& work) {
      work.sum = Spectrum(plan_.shape.size());
      for (std::size_t m = 0; m < members.size(); ++m)
        add_shifted(active_, work.frames[members[m]], shift[m * work_.size() + b], 1.0F, work.sum);
    });
    return Ok{};
  }

  Result<double> find(std::size_t frame, std::size_t others, std::span<Shift> path) override {
    const TemplateWeights& weight = weights(others);
    for_each_band([&](std::size_t b, BandWork& work) {
      cross_spectrum(active_, work.frames[frame], work.sum, weight.weight, work.product);
      coarse_map(active_, work.product, work.coarse, maps_[b]);
    });
    const steps::ShiftPath found = steps::most_likely_path(maps_);
    for_each_band([&](std::size_t b, BandWork& work) {
      path[b] = refine_peak(active_, work.product, found.shift[b]).at;
    });
    return found.significance;
  }

  Result<> find_peaks(std::span<const std::size_t> members, std::span<const Shift> start,
                      int most_steps, std::span<steps::CorrelationPeak> peaks) override {
    const TemplateWeights& weight = weights(members.size() - 1);
    for_each_band([&](std::size_t b, BandWork& work) {
      for (std::size_t m = 0; m < members.size(); ++m) {
        const Spectrum& frame = work.frames[members[m]];
        const Shift& from = start[m * work_.size() + b];
        work.reference = work.sum;
        add_shifted(active_, frame, from, -1.0F, work.reference);
        cross_spectrum(active_, frame, work.reference, weight.weight, work.product);
        peaks[m * work_.size() + b] = refine_peak(active_, work.product, from, most_steps);
      }
    });
    return Ok{};
  }

 private:
  /// body(index, work), side by side.
  template <class Body>
  void for_each_band(const Body& body) {
    parallel_for(static_cast<std::int64_t>(work_.size()), [&](std::int64_t band) {
      const auto b = static_cast<std::size_t>(band);
      body(b, work_[b]);
    });
  }

  /// Mean over bands of |spectrum|^2 over `frames`.
  std::vector<double> mean_power(std::span<const std::size_t> frames) const {
    std::vector<double> power(plan_.shape.size());
    const auto half = static_cast<std::int64_t>(plan_.shape.half_cols());
    parallel_for(plan_.shape.rows, [&](std::int64_t ky) {
      for (const BandWork& work : work_)
        for (const std::size_t f : frames)
          for (auto i = static_cast<std::size_t>(ky * half);
               i < static_cast<std::size_t>((ky + 1) * half); ++i)
            power[i] += static_cast<double>(work.frames[f].re[i] * work.frames[f].re[i] +
                                            work.frames[f].im[i] * work.frames[f].im[i]);
    });
    for (double& p : power) p /= static_cast<double>(work_.size() * frames.size());
    return power;
  }

  double energy(std::size_t frame) const {
    const auto half = static_cast<std::size_t>(plan_.shape.half_cols());
    const auto least_kx = static_cast<std::size_t>(PowerModel::least_kx(plan_.shape));
    double sum = 0;
    for (const BandWork& work : work_)
      for (std::int32_t ky = 0; ky < plan_.shape.rows; ++ky)
        if (!PowerModel::is_shading(std::abs(plan_.shape.omega_y(ky))))
          sum += squares(work.frames[frame], static_cast<std::size_t>(ky) * half + least_kx,
                         static_cast<std::size_t>(ky + 1) * half);
    return sum;
  }

  double noise_energy(std::size_t frame) const {
    const auto half = static_cast<std::size_t>(plan_.shape.half_cols());
    double sum = 0;
    for (const BandWork& work : work_)
      for (std::int32_t ky = 0; ky < plan_.shape.rows; ++ky)
        if (PowerModel::is_noise(plan_.shape, ky))
          sum += squares(work.frames[frame], static_cast<std::size_t>(ky) * half,
                         static_cast<std::size_t>(ky + 1) * half);
    return sum;
  }

  const TemplateWeights& weights(std::size_t others) {
    TemplateWeights& of = weights_[others - 1];
    if (!of.weight.empty()) return of;
    const BandShape& shape = plan_.shape;
    const auto half = static_cast<std::size_t>(shape.half_cols());
    const auto count = static_cast<float>(others);
    of.weight.resize(shape.size());
    of.worth = {};
    for (std::int32_t ky = 0; ky < shape.rows; ++ky)
      for (std::size_t kx = 1; kx + 1 < half; ++kx) {
        const std::size_t i = static_cast<std::size_t>(ky) * half + kx;
        of.weight[i] = rules::drift_weight(model_.signal[i], model_.noise[kx], count);
        const double value = static_cast<double>(of.weight[i] * count * model_.signal[i]);
        of.worth.value += value;
        of.worth.curvature[0] += value * std::pow(static_cast<double>(shape.omega_y(ky)), 2);
        of.worth.curvature[1] +=
            value * std::pow(static_cast<double>(shape.omega_x(static_cast<std::int32_t>(kx))), 2);
      }
    return of;
  }

  BandPlan plan_;
  std::vector<BandWork> work_;
  std::vector<CropOffset> offsets_;  // [frame][band]
  std::vector<CorrelationMap> maps_;
  PowerModel model_;
  ActiveBand active_;
  std::vector<TemplateWeights> weights_;  // [others - 1], empty until asked for
};

}  // namespace

std::unique_ptr<steps::BandSpectra> make_band_spectra(const steps::BandPlan& plan) {
  return std::make_unique<CpuBandSpectra>(plan);
}

}  // namespace ostracon::cpu
