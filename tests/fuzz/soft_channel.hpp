#pragma once
// Soft bits whose faults a fuzzer chooses: loudness, noise, erasures and flips of any extent.

#include <algorithm>
#include <cmath>

#include "datasets/random.hpp"
#include "pipeline/llr.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace ostracon::fuzz {

/// Faults are mostly few, as products of shares are, so that there is something left to decode.
class SoftChannel {
 public:
  explicit SoftChannel(Input& input)
      : loudness_(1 + input.byte() % 127),
        noise_(input.share(40) * input.share(1)),
        erased_(input.share(1) * input.share(1) * input.share(1)),
        flipped_(input.share(0.5) * input.share(1) * input.share(1)),
        random_(input.seed()) {}

  Llr operator()(std::uint8_t bit) {
    double llr = bit != 0 ? -loudness_ : loudness_;
    if (noise_ > 0) llr += noise_ * random_.normal();
    if (flipped_ > 0 && random_.uniform() < flipped_) llr = -llr;
    if (erased_ > 0 && random_.uniform() < erased_) llr = 0;
    return static_cast<Llr>(std::clamp(std::rint(llr), -127.0, 127.0));
  }

  /// True if every soft bit tells its bit.
  bool clean() const { return noise_ <= 0 && erased_ <= 0 && flipped_ <= 0; }

 private:
  double loudness_, noise_, erased_, flipped_;
  sem::Random random_;
};

}  // namespace ostracon::fuzz
