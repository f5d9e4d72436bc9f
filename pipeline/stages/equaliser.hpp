#pragma once
// Stage 6 of 9: takes the interference of the neighbours out and weighs the evidence.
//
//   grid, known modules --> [ Equaliser ] --Llr--> InnerDecoder

#include <cstdint>

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/llr.hpp"

namespace ostracon {

struct EqualiserConfig {
  std::int32_t rows = 0, cols = 0;  ///< of the page, modules
};

inline constexpr std::int32_t kEqualiserMargin = 2;  ///< modules of the grid around the page

/// What the equaliser learned on one page.
struct ChannelReport {
  float signal_to_noise = 0;    ///< 1 / error variance at unit amplitude, training modules
  float amplitude = 0;          ///< of the matched filter output: about c / (2 - c)
  float erased_fraction = 0;    ///< of the modules of the page
  std::int32_t trained_on = 0;  ///< known modules used
  float slipped_fraction = 0;   ///< of the page's tiles erased because known bits disagree
};

class Equaliser {
 public:
  virtual ~Equaliser() = default;

  /// MMSE taps 5 x 5 and a bias, trained on the known modules by least squares; LLR from the two
  /// classes' own error variances, scaled by the local error level; damage (3 x 3 means that no
  /// data can give, and their surroundings) and modules outside the frames get 0.
  ///
  ///   grid, weight  (rows + 4) x (cols + 4): the page with a margin of 2, from ModuleSampler
  ///   known         rows x cols: 0 land, 1 pit, 2 unknown
  ///   llrs          rows x cols out, still scrambled
  ///   usable        rows x cols out: 0 where damage, a slip or the frame edge leaves nothing
  ///
  /// Errors: kInvalidArgument on wrong shapes. Fewer than 200 usable known modules: all erased.
  virtual Result<ChannelReport> run(ImageView<const float> grid, ImageView<const float> weight,
                                    ImageView<const std::uint8_t> known, ImageView<Llr> llrs,
                                    ImageView<std::uint8_t> usable) = 0;
};

}  // namespace ostracon
