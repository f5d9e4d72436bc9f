#pragma once
// Frames of a field brought to match, band by band, against the sum of the others.

#include <vector>

#include "host/steps/band_spectra.hpp"
#include "host/steps/drift_tracks.hpp"

namespace ostracon::steps {

class FrameRegistration {
 public:
  /// Both must outlive it.
  FrameRegistration(const BandPlan& plan, BandSpectra& spectra);

  /// Spectra of all frames, each cut out where the plan has the bands.
  Result<> load(const FrameStack& stack, const FlatField& flat);

  /// Matches `usable` frames under the power model that was fitted before. Those that match no sum
  /// of others are left out, unless that is half of them: then all stay, each where it matches
  /// best.
  Result<> match(const FrameStack& stack, const FlatField& flat,
                 const std::vector<std::size_t>& usable);

  const std::vector<std::size_t>& members() const { return members_; }
  /// Shift of frame f at each of `places` (frame heights), (y, x) px.
  std::vector<Shift> track(std::size_t frame, const std::vector<double>& places) const;
  /// Whether match() has cut bands out of frames again, so that their spectra are others.
  bool has_cut_again() const { return has_cut_again_; }
  /// rms of the bands' shifts against the tracks, px.
  double residual() const { return residual_; }
  /// Strength of the pattern that a member shares with the others, about 1 for all.
  double amplitude(std::size_t member) const;

 private:
  using Path = std::vector<Shift>;  // [band]

  Result<> add(std::size_t frame, const Path& path);
  Result<> gather(std::size_t seed, const std::vector<std::size_t>& usable, bool take_all);
  Result<> search_again();
  Result<> cut_again(const FrameStack& stack, const FlatField& flat);
  Result<> sum_up();
  Result<float> refine_all();
  void measure(std::size_t band, const std::vector<CorrelationPeak>& peaks, bool weak);
  void smooth();
  void centre();
  Shift in_crop(std::size_t frame, std::size_t band) const;
  std::vector<Shift> shifts_in_crops() const;

  const BandPlan& plan_;
  BandSpectra& spectra_;
  std::size_t bands_;
  std::vector<std::size_t> members_;
  std::vector<CropOffset> offset_;                  // [frame][band]
  std::vector<Path> shift_;                         // [frame]
  std::vector<double> places_;                      // of the bands, in frame heights
  std::vector<std::array<BandTrack, 2>> measured_;  // [frame][axis]
  std::array<MotionPrior, 2> prior_;
  TemplateWorth worth_;                     // of all members but one
  std::vector<double> significance_;        // [frame], of the first match
  std::vector<std::vector<double>> value_;  // [frame][band], top of the correlation
  double residual_ = 0;
  bool has_cut_again_ = false;
};

}  // namespace ostracon::steps
