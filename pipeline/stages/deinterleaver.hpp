#pragma once
// Between stages 6 and 7 of 9: from the modules of a page to the bits of its codewords and back.
//
//   Equaliser, SoftCanceller --page--> [ Deinterleaver ] --codewords--> InnerDecoder
//   SoftCanceller <--known, prior-- [ Deinterleaver ] <--beliefs-- InnerDecoder

#include <cstdint>
#include <memory>

#include "core/result.hpp"
#include "format/page_layout.hpp"
#include "pipeline/llr.hpp"

namespace ostracon {

struct DeinterleaverConfig {
  std::shared_ptr<const format::PageLayout> layout;
};

/// What the inner decoder made of a batch.
struct DecodedBatch {
  const Llr* codewords;         ///< [codeword][bit]: what went in
  const Llr* beliefs;           ///< [codeword][bit]: what came out
  const std::uint8_t* decoded;  ///< [codeword], 1: its beliefs are its bits
};

/// Pointers are into the memory of the backend that made this stage, and do not overlap. Pages are
/// rows x cols, scrambled; codewords are layout->codewords() x codeword_bits(rate), in code bit
/// order, descrambled. `seed` is format::scrambler_seed of the page. Calls may return before the
/// work is done. Errors: kDevice if a launch fails.
class Deinterleaver {
 public:
  virtual ~Deinterleaver() = default;

  /// codewords[c][j] = page[modules_of(c)[j]], its sign turned where the scrambler's bit is 1.
  virtual Result<> gather(std::uint64_t seed, const Llr* page, Llr* codewords) = 0;

  /// What the inner decoder learned, back on the page.
  ///   known  bits of decoded codewords are entered, 0 land, 1 pit; all else stays
  ///   prior  out: of the others rules::extrinsic_steps, 0 elsewhere
  virtual Result<> scatter(std::uint64_t seed, const DecodedBatch& batch, std::uint8_t* known,
                           Llr* prior) = 0;

  /// sums[c] = sum over the bits of |belief|.
  virtual Result<> sum_certainties(const Llr* beliefs, std::uint32_t* sums) = 0;
};

}  // namespace ostracon
