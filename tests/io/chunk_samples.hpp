#pragma once
// Chunks as the plug-ins of HDF5 wrote them, for tests of the filters and for the fuzzer's seeds.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "io/chunk_filters.hpp"

namespace ostracon::io::test {

/// 1003 little-endian uint16, sample i being 300 + i / 16 % 7, after filters.
struct StoredSample {
  const char* name;
  std::vector<Filter> filters;
  std::string_view hex;
};

inline constexpr std::size_t kSampleCount = 1003;

inline std::vector<std::uint8_t> sample_bytes() {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < kSampleCount; ++i) {
    const std::size_t value = 300 + i / 16 % 7;
    bytes.push_back(static_cast<std::uint8_t>(value & 0xFFU));
    bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
  }
  return bytes;
}

inline std::vector<std::uint8_t> bytes_of_hex(std::string_view hex) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  };
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) << 4U | digit(hex[i + 1])));
  return bytes;
}

/// By h5py 3 and hdf5plugin.
inline const std::vector<StoredSample>& stored_samples() {
  static const std::vector<StoredSample> kSamples{
      {"LZF",
       {{32000, {4, 261, 2006}}},
       "022c012ce01401002de01601002ee01601002fe016010030e016010031e016010032e01601e015dd002ce0"
       "16dd002de016dd002ee016dd002fe016dd0030e016dd0031e016dd003220c1e015e1e1ffbfe20fa7e2ff9f"
       "e30f87e3ff7fe40f67e3157de4ff5fe30f7de5ff3fe30f7de62d1f013201"},
      {"LZ4",
       {{32004, {512}}},
       "00000000000007d600000200000000322f2c0102000b1f2d02000c1f2e02000c1f2f02000c1f3002000c1f"
       "3102000c1f3202000c0fde000b0fe000ea50012d012d01000000322f2e0102000b1f2f02000c1f3002000c"
       "1f3102000c1f3202000c1f2c02000c1f2d02000c0fde000b0fe000ea50012f012f01000000372f30010200"
       "0b1f3102000c1f3202000c1f2c02000c1f2d02000c1f2e02000c1f2f02000c0fde000b1f30de000c0fe000"
       "ca500131013101000000322f320102000b1f2c02000c1f2d02000c1f2e02000c1f2f02000c1f3002000c1f"
       "3102000c0fde000b0fe000c0500132013201"},
      {"bitshuffle with LZ4",
       {{32008, {0, 4, 2, 0, 2}}},
       "00000000000007d600002000000000ad460000ffff0400060a00001600020600000a00000400020600000a"
       "00000400020600000a00000400020600000a00000400020600000a00000400020600000a00000400020600"
       "000a0000040010000700020900040600040800001d000f0e004b030200006900026b00000200000c000f0e"
       "0050006b00000200006d000f0e005f0302000081000483000f0e00570f02006900e8000f0200e30f760169"
       "1fff7301e30f0200ffff5f500000000000320132013201"},
      {"zstd",
       {{32015, {3}}},
       "28b52ffd60d606e5030002440807d00f24f970d2027739e52ea7dce594bb9c729753ee72ca5d4eb9cb2977"
       "3921013f20e0c79f34d7b0469a6b5823cd35ac91e61ad648730d6ba4b98635a2b98635d25cc31a69ae618d"
       "34d7b0469a6b5823cd35ac91e61aa691e61ad648730d6ba4b98635d25cc31a69ae618d34d7b0469ad3b046"
       "4273131316"},
      {"blosc of LZ4",
       {{32001, {2, 2, 2, 2006, 5, 1, 1}}},
       "02012102d6070000d60700006d00000014000000430000001b2c01001b2d01001b2e01001b2f01001b3001"
       "001b3101001b3201000b6f001b2c6f001b2d6f001b2e6f001b2f6f001b306f001b316f000f7000fffff650"
       "32323232320e0000001f010100ffffffd5500101010101"},
      {"blosc of bits and zstd",
       {{32001, {2, 2, 2, 2006, 5, 2, 5}}},
       "02019402d6070000d60700003f000000140000002700000028b52ffd60d606ed0000402c012d2e2f303132"
       "088050f601f38ecd0f1ad0000d688206344d7432"},
      {"shuffle, deflate and fletcher32",
       {{2, {2}}, {1, {4}}, {3, {}}},
       "785eedcd391100300cc0b02b9ff40b7f709d6b0059621150c46fc2820d072e24a0f3f3f3abf986a40e1e51"
       "55bc0236f3ff79"},
      {"szip",
       {{4, {169, 8, 16, 1003}}},
       "d607000000096211e08478211e08478211e0847822003fc108f0423c108f0423c108f0423c11001fe08478"
       "211e08478211e08478211e08800ff0423c108f0423c108f0423c108f044007f8211e08478211e08478211e"
       "0847822003fc108f0423c108f0423c108f0423c11001fe08478211e08478211e08478211e08800ff0423c1"
       "08f0423c108f0423c108f044007f8211e08478211e08478211e0847820"},
      {"bitshuffle with zstd",
       {{32008, {0, 4, 2, 0, 3, 3}}},
       "00000000000007d6000020000000009228b52ffd60d00645040054030000ffff00ff00ff00ff00ff00ff00"
       "ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff0059a8f07c0d"
       "d0431a0312e0814ac615dc246594ff7f6a0c679b1c66d7e4039fa32dc90422351a02249a80a4065130d892"
       "4c2c4062eec910d6035c04b2c5154e5850497a6159d81ef9045bc1e7bac5879214320132013201"},
  };
  return kSamples;
}

}  // namespace ostracon::io::test
