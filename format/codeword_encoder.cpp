// format::encode_codeword, by every instruction set.

#include <algorithm>
#include <array>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "format/codeword_encoder_kernel.hpp"
#include <hwy/foreach_target.h>
// After foreach_target.h: compiles the kernel for the best baseline target.
#include "format/codeword_encoder_kernel.hpp"
#include "format/crc.hpp"

namespace ostracon::format {

HWY_EXPORT(encode_columns);

namespace {

constexpr std::size_t kInformationBytes{kInformationBits / 8};
constexpr std::size_t kMostColumns = 68 + 4;

const CodewordProgram& program_of(Rate rate) {
  static const std::array<CodewordProgram, kCodewordBits.size()> programs{
      make_codeword_program(Rate::kOneThird), make_codeword_program(Rate::kOneHalf),
      make_codeword_program(Rate::kTwoThirds), make_codeword_program(Rate::kFourFifths),
      make_codeword_program(Rate::kEightNinths)};
  return programs[static_cast<std::size_t>(rate)];
}

}  // namespace

void encode_codeword(std::span<const std::uint8_t> payload, Rate rate,
                     std::span<std::uint8_t> codeword) {
  assert(payload.size() == static_cast<std::size_t>(kPayloadBytes));
  assert(codeword.size() == static_cast<std::size_t>(codeword_bits(rate)));
  std::array<std::uint8_t, kInformationBytes> information;
  std::copy(payload.begin(), payload.end(), information.begin());
  const std::uint32_t crc = crc24b_of_bytes(payload);
  for (std::size_t i = 0; i < 3; ++i)
    information[payload.size() + i] = static_cast<std::uint8_t>(crc >> (16 - 8 * i));

  alignas(64) std::uint8_t workspace[kMostColumns * std::size_t{kColumnBytes}];
  HWY_DYNAMIC_DISPATCH(encode_columns)
  (program_of(rate), information.data(), workspace, codeword.data(), codeword_bits(rate));
}

}  // namespace ostracon::format
