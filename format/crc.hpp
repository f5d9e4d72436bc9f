#pragma once

#include <cstdint>
#include <span>

namespace ostracon::format {

/// CRC-24B of 3GPP TS 38.212 section 5.1 (generator 0x800063, initial 0), over bits, one per byte.
std::uint32_t crc24b(std::span<const std::uint8_t> bits);

/// The same over bytes, each from its highest bit on. Behind them their own CRC gives 0.
std::uint32_t crc24b_of_bytes(std::span<const std::uint8_t> bytes);

/// CRC-32C (Castagnoli, reflected 0x82F63B78, initial and final complement) over bytes.
std::uint32_t crc32c(std::span<const std::uint8_t> bytes);

}  // namespace ostracon::format
