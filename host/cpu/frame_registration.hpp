#pragma once
// Frames of a field brought to match, band by band, against the sum of the others.

#include <vector>

#include "host/cpu/drift_band.hpp"
#include "host/steps/drift_tracks.hpp"

namespace ostracon::cpu {

/// What a template of `others` frames is worth under the power model of the field.
struct TemplateWeights {
  std::vector<float> weight;          ///< [rows][half_cols], rules::drift_weight
  double value = 0;                   ///< expected top of the correlation of a matching band
  std::array<double, 2> curvature{};  ///< and its expected curvature there
};

class FrameRegistration {
 public:
  explicit FrameRegistration(const BandPlan& plan);

  /// Spectra of all frames in all bands.
  void load(const FrameStack& stack, const FlatField& flat);
  /// Mean over bands of |spectrum|^2 over `frames`.
  std::vector<double> mean_power(const std::vector<std::size_t>& frames) const;
  /// Sum over bands of |spectrum|^2 of one frame: beyond what shading holds on either axis, and
  /// where there is noise alone.
  double energy(std::size_t frame) const;
  double noise_energy(std::size_t frame) const;

  /// Matches `usable` frames. Those that match no sum of others are left out, unless that is half
  /// of them: then all stay, each where it matches best.
  void match(const FrameStack& stack, const FlatField& flat, const PowerModel& model,
             const std::vector<std::size_t>& usable);

  const std::vector<std::size_t>& members() const { return members_; }
  /// Shift of frame f at each of `places` (frame heights), (y, x) px.
  std::vector<Shift> track(std::size_t frame, const std::vector<double>& places) const;
  /// rms of the bands' shifts against the tracks, px.
  double residual() const { return residual_; }
  /// Strength of the pattern that a member shares with the others, about 1 for all.
  double amplitude(std::size_t member) const;

 private:
  const TemplateWeights& weights(std::size_t others);
  double find(std::size_t frame, std::size_t others, std::vector<Shift>& path);
  void add_to_sum(std::size_t frame, float sign);
  void add(std::size_t frame, const std::vector<Shift>& path);
  void gather(std::size_t seed, const std::vector<std::size_t>& usable, bool take_all);
  void search_again();
  void cut_again(const FrameStack& stack, const FlatField& flat);
  void sum_up();
  float refine_all();
  void measure(std::size_t band);
  void smooth();
  float centre();

  const BandPlan& plan_;
  std::vector<BandWork> work_;
  std::vector<CorrelationMap> maps_;
  ActiveBand active_;
  const PowerModel* model_ = nullptr;
  std::vector<TemplateWeights> weights_;  // [others - 1], empty until asked for
  std::vector<std::size_t> members_;
  std::vector<std::vector<Shift>> shift_;                  // [frame][band]
  std::vector<double> places_;                             // of the bands, in frame heights
  std::vector<std::array<steps::BandTrack, 2>> measured_;  // [frame][axis]
  std::array<steps::MotionPrior, 2> prior_;
  std::vector<double> significance_;        // [frame], of the first match
  std::vector<std::vector<double>> value_;  // [frame][band], top of the correlation
  double residual_ = 0;
};

}  // namespace ostracon::cpu
