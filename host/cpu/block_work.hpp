#pragma once
// What the block decoder hands its kernels, and they hand back.

#include <array>
#include <cstdint>

#include "host/cpu/block_tables.hpp"
#include "pipeline/llr.hpp"

namespace ostracon::cpu {

struct HardBlock {
  std::uint8_t octets[kMostRows * kRow];
  std::int32_t doubt;  ///< of all bits, see pipeline/rules/block_confidence.hpp
  bool any_erased;     ///< whether any soft bit is 0
};

struct Erasures {
  std::uint8_t octet[kRow];  ///< at most the parity; each once
  std::int32_t count = 0;
};

/// Octets to change, ascending, and by what.
struct Corrections {
  std::uint8_t octet[kRow], change[kRow];
  std::int32_t count = 0;
};

/// [octet]: of 8 octets, those all ones where the octet has a one, its highest bit first.
extern const std::array<std::array<std::uint8_t, 8>, 256> kBitMasks;

}  // namespace ostracon::cpu
