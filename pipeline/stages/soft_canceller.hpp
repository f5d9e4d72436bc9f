#pragma once
// Stage 6b of 9, for pages that linear taps alone cannot read: what is believed of the neighbours
// is taken out of every module, again and again, with the decoder's beliefs as help.
//
//   grid, beliefs --> [ SoftCanceller ] --Llr--> InnerDecoder --beliefs--> SoftCanceller ...

#include <array>
#include <cstdint>

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/llr.hpp"
#include "pipeline/rules/module_pairs.hpp"

namespace ostracon {

struct SoftCancellerConfig {
  std::int32_t rows = 0, cols = 0;  ///< of the page, modules
};

/// How a page turns modules into matched filter outputs: y = bias + sum of response[d] * bit[d] +
/// noise, bit +1 land, -1 pit; the noise variance is noise + noise_own * bit + noise_around * (sum
/// of response[d] * bit[d] over the neighbours), since bright places give more electrons.
/// Where edges are bright, y also holds the sum of pair[rules::pair_index(a, b)] * bit[a] * bit[b]
/// over the pairs of the 3 x 3 modules around.
struct ChannelResponse {
  static constexpr std::int32_t kSide = 5;
  static constexpr std::int32_t kCentre = kSide * kSide / 2;
  std::array<float, kSide * kSide> response{};  ///< row-major over the neighbourhood
  float bias = 0;
  float noise = 0, noise_own = 0, noise_around = 0;
  std::array<float, rules::kPairs> pair{};
  /// The inverse filter of the noise's correlation between outputs; learned with bright edges.
  std::array<float, kSide * kSide> whitener{};
  bool bright_edges = false;    ///< pairs explain what the response alone does not; else all 0
  std::int32_t trained_on = 0;  ///< modules; 0: too few known neighbourhoods, nothing was learned
};

class SoftCanceller {
 public:
  virtual ~SoftCanceller() = default;

  /// Takes in a page and learns its channel by least squares on the modules whose whole 5 x 5
  /// neighbourhood is known and usable. Uneven light is taken off, and damage found in what no
  /// belief explains is no longer usable.
  ///
  ///   grid    (rows + 4) x (cols + 4): the page with a margin of 2, from ModuleSampler; must stay
  ///           until the last `run`
  ///   usable  rows x cols: 0 where nothing can be read, from Equaliser
  ///   known   rows x cols: 0 land, 1 pit, 2 unknown
  ///   llrs    rows x cols: what the equaliser made of it, scrambled; where the iterations start
  ///
  /// Errors: kInvalidArgument on wrong shapes.
  virtual Result<ChannelResponse> begin(ImageView<const float> grid,
                                        ImageView<const std::uint8_t> usable,
                                        ImageView<const std::uint8_t> known,
                                        ImageView<const Llr> llrs) = 0;

  /// `iterations` rounds of cancellation over the whole page, each from the beliefs of the last:
  /// the neighbours' means are taken out of the matched filter's output and their variances added
  /// to the noise (probabilistic data association; Luo, Pattipati, Willett and Hasegawa 2001),
  /// damped. With bright edges the variance of a quadratic form of independent bits serves.
  /// Continues where the last call stopped.
  ///
  ///   known   as above; may know more than in `begin` (decoded codewords)
  ///   prior   rows x cols: what the decoder adds to the page's own evidence, scrambled; 0: nothing
  ///   llrs    rows x cols out, still scrambled: the page's own evidence, `prior` left out of each
  ///           module's own; 0 where not usable
  ///
  /// Errors: kInvalidArgument on wrong shapes, or if `begin` learned nothing.
  virtual Result<> run(ImageView<const std::uint8_t> known, ImageView<const Llr> prior,
                       std::int32_t iterations, ImageView<Llr> llrs) = 0;
};

}  // namespace ostracon
