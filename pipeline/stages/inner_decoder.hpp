#pragma once
// Stage 7 of 9: soft bits become verified payload.
//
//   Equaliser --Llr--> [ InnerDecoder ] --payload, outcome--> outer code

#include <cstdint>

#include "core/result.hpp"
#include "format/inner_code.hpp"
#include "pipeline/llr.hpp"

namespace ostracon {

struct InnerDecoderConfig {
  format::Rate rate = format::Rate::kFourFifths;
  std::int32_t max_codewords = 1;         ///< largest batch `run` will be given, > 0
  std::int32_t min_sum_iterations = 10;   ///< of the first pass, > 0
  std::int32_t box_plus_iterations = 40;  ///< by which that goes on with better checks, >= 0
  std::int32_t retry_iterations = 50;     ///< of the second pass; 0: there is none
};

/// What the decoder says of one codeword.
struct InnerOutcome {
  std::uint8_t decoded;       ///< 1: all parity checks and the CRC-24B hold
  std::uint8_t second_pass;   ///< 1: only the second pass succeeded
  std::uint16_t iterations;   ///< of all passes; 0: the hard decisions were a codeword as they came
  std::int32_t bits_flipped;  ///< hard decisions of sent, non-erased bits that the decoder changed
};

/// What a single call may want beyond the decoding of everything.
struct InnerDecoderExtras {
  /// [codeword], 1: nothing is done, its payload, outcome and beliefs stay as they are.
  /// nullptr: no codeword is skipped.
  const std::uint8_t* skip = nullptr;
  /// [codeword][bit] like the llrs, in the same steps and in [-127, 127]: what is believed of every
  /// sent bit in the end, the channel's own word included. nullptr: not wanted.
  ///   decoded                    +-127 by the bits of the codeword
  ///   not decoded                the mean of the last four iterations of the first pass
  ///   all parity but a CRC that  the llrs as they came: a wrong codeword would be believed in
  ///   fails, or too few known    full, and says nothing
  Llr* beliefs = nullptr;
  bool second_pass = true;  ///< false: the call ends with the first pass, whatever the config says
};

/// Layered belief propagation on int8 messages, until all parity checks hold. The first pass begins
/// with min-sum checks, which are quick, and goes on with box-plus ones, which are nearly exact and
/// tell more of codewords that it cannot decode either. The second starts again, with min-sum and
/// at half amplitude, which bears soft bits that claim too much. Integers only: every backend gives
/// the same bits.
class InnerDecoder {
 public:
  virtual ~InnerDecoder() = default;

  /// Decodes a batch.
  ///
  ///   llrs      [codeword][bit]   codeword_bits(rate) each, descrambled, in code bit order
  ///   payload   [codeword][byte]  kPayloadBytes each; void where not decoded
  ///   outcomes  [codeword]
  ///
  /// Pointers, those of `extras` too, are into the memory of the backend that made this stage;
  /// beliefs may not overlap the llrs. May return before the work
  /// is done; results are ready for any later call on the same backend.
  ///
  /// Errors: kInvalidArgument if the batch exceeds max_codewords; kDevice if a launch fails.
  virtual Result<> run(const Llr* llrs, std::int32_t codewords, std::uint8_t* payload,
                       InnerOutcome* outcomes, const InnerDecoderExtras& extras = {}) = 0;
};

/// The checks of a config, shared by all backends.
Result<> check(const InnerDecoderConfig& config);
/// And of one batch.
Result<> check_batch(const InnerDecoderConfig& config, std::int32_t codewords);

}  // namespace ostracon
