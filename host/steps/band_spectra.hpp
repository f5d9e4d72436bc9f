#pragma once
// What registration asks of a backend: the spectra of all frames of a field in all its bands, their
// power, and how well they match. All that is per pixel or per frequency lies behind it.
//
// A call hands over all bands at once, and all frames where their order does not matter. Columns
// kx = 0 and the highest of a spectrum are 0: what flickers from row to row lies there.

#include <span>

#include "core/result.hpp"
#include "host/steps/drift_bands.hpp"

namespace ostracon::steps {

/// Sum over bands of |spectrum|^2 of one frame.
struct FrameEnergy {
  double all = 0;    ///< beyond what shading holds on either axis
  double noise = 0;  ///< where there is noise alone
};

/// What is decided from a field's model of signal and noise power.
struct PowerSummary {
  double signal = 0;  ///< sum over the half plane of one band
  double noise = 0;   ///< mean over frequencies
};

/// What a template of several frames is worth under the power model.
struct TemplateWorth {
  double value = 0;                   ///< expected top of the correlation of a matching band
  std::array<double, 2> curvature{};  ///< and its expected curvature there
};

inline constexpr int kPeakSteps = 6;  ///< of Newton to the top of a correlation, at most

/// Top of the weighted correlation J(d) = Re sum product(k) exp(i k d) over the half plane.
struct CorrelationPeak {
  Shift at{};
  double value = 0;                   ///< J
  std::array<double, 2> gradient{};   ///< dJ/dy, dJ/dx before the last step
  std::array<double, 2> curvature{};  ///< -d2J/dy2, -d2J/dx2; not above 0 where there is no top
};

class BandSpectra {
 public:
  virtual ~BandSpectra() = default;

  /// Spectra of the flattened pixels of all frames, cut out at `offsets`, which lie within the
  /// field; and the same again for some frames.
  ///   offsets  [frame][band]
  virtual Result<> load(const FrameStack& stack, const FlatField& flat,
                        std::span<const CropOffset> offsets) = 0;
  virtual Result<> cut_again(const FrameStack& stack, const FlatField& flat,
                             std::span<const std::size_t> frames,
                             std::span<const CropOffset> offsets) = 0;

  /// Of every frame.
  virtual Result<std::vector<FrameEnergy>> energies() = 0;
  /// The power model of the mean over `frames`; all below goes by it.
  virtual Result<PowerSummary> fit_power(std::span<const std::size_t> frames) = 0;
  virtual Result<TemplateWorth> worth(std::size_t others) = 0;

  /// The sum of the frames that match, each moved back by its shift: first none,
  virtual Result<> clear_sum() = 0;
  /// then one more (sign 1) or less (-1),
  ///   shift  [band]
  virtual Result<> add_to_sum(std::size_t frame, std::span<const Shift> shift, float sign) = 0;
  /// or all anew.
  ///   shift  [member][band]
  virtual Result<> sum_up(std::span<const std::size_t> members, std::span<const Shift> shift) = 0;

  /// Where a frame matches the sum of `others` best, all bands together and then each to a
  /// fraction of a pixel. Returns the significance (ShiftPath).
  ///   path  [band]
  virtual Result<double> find(std::size_t frame, std::size_t others, std::span<Shift> path) = 0;
  /// The top of every member's correlation with the sum less its own part, which is moved back by
  /// `start`: Newton steps from there; with none, J at `start`.
  ///   start, peaks  [member][band]
  virtual Result<> find_peaks(std::span<const std::size_t> members, std::span<const Shift> start,
                              int most_steps, std::span<CorrelationPeak> peaks) = 0;
};

}  // namespace ostracon::steps
