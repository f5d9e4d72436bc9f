#pragma once
// How often the inner decoder fails at one quality of the channel.

#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "pipeline/stages/inner_decoder.hpp"

namespace ostracon::bench {

struct BlerPoint {
  double es_n0_db = 0;
  double erased = 0;  ///< share of the code bits whose LLR is 0, at random places
};

/// What is tried at a point, and for how long.
struct BlerTrial {
  InnerDecoderConfig decoder;      ///< its rate is the point's; max_codewords is set by the bench
  std::int64_t codewords = 2000;   ///< at most so many, rounded up to whole batches
  std::int64_t most_failures = 0;  ///< ends at the batch that brings so many; 0: never
  std::uint64_t seed = 1;
  std::int32_t threads = 0;  ///< 0: one a core; of no effect on the counts
};

struct BlerCounts {
  std::int64_t codewords = 0;
  std::int64_t failed = 0;       ///< not decoded
  std::int64_t wrong = 0;        ///< decoded, and not to what was sent
  std::int64_t second_pass = 0;  ///< decoded by the second pass alone
  /// Failures whose first pass met every parity check, so that only the CRC-24B refused it (and
  /// those of which fewer bits were known than there are information bits).
  std::int64_t refused_by_crc = 0;
  std::int64_t flipped = 0;  ///< hard decisions that decoding changed, of decoded codewords
  std::vector<std::int64_t> iterations;  ///< [n]: codewords that took n, of all passes

  BlerCounts& operator+=(const BlerCounts& other);
  double error_rate() const;  ///< failed or wrong; `codewords` > 0
  double mean_iterations() const;
};

/// Sends random payloads through the channel, 64 codewords a batch. Every batch draws from a stream
/// of its own, so that the counts depend on point and trial alone. kInvalidArgument if the decoder
/// refuses its configuration, or `codewords` is not positive.
Result<BlerCounts> count_failures(const BlerPoint& point, const BlerTrial& trial);

}  // namespace ostracon::bench
