#pragma once
// Random numbers by counter: every draw depends on the seed and on what it is drawn for, never on
// the order in which threads come to it.

#include <cmath>
#include <cstdint>
#include <numbers>

#include "format/pn.hpp"

namespace ostracon::sem {

enum class Purpose : std::uint64_t {
  kStage = 1,
  kWarp,
  kDrift,
  kRowMotion,
  kRowFlicker,
  kDamage,
  kWriteErrors,
  kPitShape,
  kPixels,
};

constexpr std::uint64_t stream_seed(std::uint64_t seed, std::uint64_t field, Purpose purpose,
                                    std::uint64_t frame = 0, std::uint64_t row = 0) {
  const std::uint64_t of_field =
      format::pn_word(format::pn_word(seed, field), static_cast<std::uint64_t>(purpose));
  return format::pn_word(of_field, (frame << 32) ^ row);
}

/// The draws of one stream, one after the other.
class Random {
 public:
  explicit Random(std::uint64_t stream) : stream_(stream) {}

  std::uint64_t word() { return format::pn_word(stream_, next_++); }
  double uniform() { return static_cast<double>(word() >> 11) * 0x1.0p-53; }  ///< [0, 1)
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal() {  ///< Box-Muller, the cosine half
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t stream_;
  std::uint64_t next_ = 0;
};

}  // namespace ostracon::sem
