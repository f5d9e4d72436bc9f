#pragma once
// Seeds of all pseudo-noise on a plate. Fixed for ever: "OSTRAC" in ASCII, then 16 bits that name
// the use.

#include <array>
#include <cstdint>

namespace ostracon::format {

inline constexpr std::uint64_t kSeedBase = 0x4F53545241430000ULL;

/// Finder marks UL, UR, LL, LR. Found by search: of the four marks in eight orientations, no two
/// different ones have an aperiodic correlation above 104 (of 1024) at any displacement, nor has
/// one with itself displaced.
inline constexpr std::array<std::uint64_t, 4> kFinderSeeds{kSeedBase | 0x15DC, kSeedBase | 0x2958,
                                                           kSeedBase | 0x051F, kSeedBase | 0x0C24};
inline constexpr std::uint64_t kBorderSeed = kSeedBase | 0x0001;
inline constexpr std::uint64_t kPilotSeed = kSeedBase | 0x0002;
inline constexpr std::uint64_t kFillerSeed = kSeedBase | 0x0003;
inline constexpr std::uint64_t kGapSeed = kSeedBase | 0x0004;
inline constexpr std::uint64_t kScramblerSeed = kSeedBase | 0x0005;
inline constexpr std::array<std::uint64_t, 4> kHeaderMaskSeeds{
    kSeedBase | 0x0010, kSeedBase | 0x0011, kSeedBase | 0x0012, kSeedBase | 0x0013};

}  // namespace ostracon::format
