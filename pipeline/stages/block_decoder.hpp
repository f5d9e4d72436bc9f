#pragma once
// A stage of the QR chain: soft bits become octets of blocks, with how sure they are.
//
//   sampler --Llr--> [ BlockDecoder ] --octets, outcome--> bit stream of the code

#include <array>
#include <cstdint>

#include "core/result.hpp"
#include "format/qr/reed_solomon.hpp"
#include "pipeline/llr.hpp"

namespace ostracon {

/// Ways to a codeword, in the order in which they are tried.
enum class BlockMethod : std::uint8_t {
  kNone,               ///< none was found that is sure enough
  kClean,              ///< the hard decisions are a codeword, no bit is erased
  kErrors,             ///< bounded distance, no octet erased
  kErasures,           ///< bounded distance; octets that have an erased bit were erasures
  kMinimumDistance,    ///< generalised minimum distance: doubtful octets were erasures
  kOrderedStatistics,  ///< bits encoded anew from the most reliable ones
};

struct BlockDecoderConfig {
  format::qr::BlockShape shape = {70, 44};
  std::int32_t max_blocks = 1;  ///< largest batch `run` will be given, > 0
  /// The last method that is tried, at least kErasures.
  BlockMethod last_method = BlockMethod::kOrderedStatistics;
  /// Nats (pipeline/rules/block_confidence.hpp), 0 to 1000. Of words that come from no codeword,
  /// fewer than exp(-least_confidence) are taken for one, by whatever method; 16: 1.1e-7.
  float least_confidence = 16.0F;
  /// 0 to 1. A codeword found by bounded distance is accepted whatever its confidence if a random
  /// word would be as close to one with at most this probability: soft bits of a picture whose
  /// noise is not known may be too sure of their errors.
  double most_chance = 1e-7;
  /// Ordered statistics: how many of the least reliable bits of the basis are changed two at a
  /// time; 0 or more. Each bit is changed alone.
  std::int32_t pair_bits = 400;
};

/// What the decoder says of one block.
struct BlockOutcome {
  BlockMethod method;
  std::uint8_t erasures;    ///< octets that were no hard decisions to the method that succeeded
  std::uint8_t corrected;   ///< octets that differ from the hard decisions
  std::int32_t loss;        ///< sum of |llr| of the hard decisions changed; void where kNone
  std::int32_t confidence;  ///< 1/256 nat, see block_confidence.hpp; void where kNone
};

/// Reed-Solomon blocks of one shape from soft bits. First bounded distance, then generalised
/// minimum distance (Forney, 1966), then ordered statistics on the code's binary image (Fossorier
/// and Lin, 1995): what gives the first acceptable codeword ends the search. Every backend gives
/// the same octets and outcomes.
///
/// Bounded distance takes for erasures the octets with an erased bit; with more of them than
/// parity it is left out.
/// Minimum distance erases 2 octets (1 if the parity is odd), then two more at a time up to the
/// parity: those whose bits' doubt (block_confidence.hpp) sums to most, at a tie the first.
/// Ordered statistics sorts the bits by |llr|, at a tie the first one first. Going up from the
/// least reliable bit, what the parity checks can tell from the others is left to them; the other
/// bits are the basis. Candidates keep the hard decisions in the basis but for: nothing, each bit
/// of it, each pair (i, j) of its pair_bits least reliable bits, j = 1, 2, .. and within it i = 0
/// to j - 1. The first candidate that is sure enough is taken.
class BlockDecoder {
 public:
  virtual ~BlockDecoder() = default;

  /// Decodes a batch.
  ///
  ///   llrs      [block][octet][bit]  8 * shape.octets each, most significant bit first, mask off;
  ///                                  0: erased
  ///   octets    [block][octet]       shape.octets each, data first; the hard decisions (0 of an
  ///                                  erased bit) where not decoded
  ///   outcomes  [block]
  ///
  /// Pointers are into the memory of the backend that made this stage. May return before the work
  /// is done; results are ready for any later call on the same backend.
  ///
  /// Errors: kInvalidArgument if the batch exceeds max_blocks; kDevice if a launch fails.
  virtual Result<> run(const Llr* llrs, std::int32_t blocks, std::uint8_t* octets,
                       BlockOutcome* outcomes) = 0;
};

/// The checks of a config, shared by all backends.
Result<> check(const BlockDecoderConfig& config);
/// And of one batch.
Result<> check_batch(const BlockDecoderConfig& config, std::int32_t blocks);

/// [erasures]: how many errors beside them bounded distance is trusted to correct whatever their
/// confidence; -1: not even none. Errors that the parity cannot correct are never among them.
using TrustedErrors = std::array<std::int8_t, format::qr::kMostBlockParity + 1>;
TrustedErrors trusted_errors(const BlockDecoderConfig& config);

/// config.least_confidence in 1/256 nat.
std::int32_t least_confidence(const BlockDecoderConfig& config);

}  // namespace ostracon
