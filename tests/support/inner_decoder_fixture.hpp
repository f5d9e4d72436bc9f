#pragma once
// What the suites of the inner decoder share.

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/backend_test.hpp"
#include "tests/support/noisy_codewords.hpp"

namespace ostracon::test {

inline constexpr std::array kRates{format::Rate::kOneThird, format::Rate::kOneHalf,
                                   format::Rate::kTwoThirds, format::Rate::kFourFifths,
                                   format::Rate::kEightNinths};
/// Es/N0 at which one codeword of 10,000 fails (docs/benchmarks.md).
inline constexpr std::array kThresholdDb{-3.94, -1.73, 0.28, 1.94, 3.40};

inline constexpr std::size_t kBytes{format::kPayloadBytes};

struct Decoded {
  std::vector<std::uint8_t> payload;
  std::vector<InnerOutcome> outcomes;
  std::vector<Llr> beliefs;
};

class InnerDecoderTest : public BackendTest {
 protected:
  /// Decodes a batch through the memory of the backend. What is skipped has payload and beliefs 77.
  Result<Decoded> decode(const InnerDecoderConfig& config, const std::vector<Llr>& llrs,
                         bool second_pass = true, std::vector<std::uint8_t> skip = {}) {
    const auto count = llrs.size() / static_cast<std::size_t>(format::codeword_bits(config.rate));
    OSTRACON_TRY_ASSIGN(auto decoder, backend().make_inner_decoder(config));
    OSTRACON_TRY_ASSIGN(const auto in, Buffer<Llr>::from(backend().memory(), llrs));
    skip.resize(count);
    OSTRACON_TRY_ASSIGN(const auto skipped, Buffer<std::uint8_t>::from(backend().memory(), skip));
    Decoded decoded{std::vector<std::uint8_t>(count * kBytes, 77), std::vector<InnerOutcome>(count),
                    std::vector<Llr>(llrs.size(), 77)};
    OSTRACON_TRY_ASSIGN(const auto out,
                        Buffer<std::uint8_t>::from(backend().memory(), decoded.payload));
    OSTRACON_TRY_ASSIGN(const auto said,
                        Buffer<InnerOutcome>::from(backend().memory(), decoded.outcomes));
    OSTRACON_TRY_ASSIGN(const auto believed,
                        Buffer<Llr>::from(backend().memory(), decoded.beliefs));
    OSTRACON_TRY(decoder->run(in.data(), static_cast<std::int32_t>(count), out.data(), said.data(),
                              {skipped.data(), believed.data(), second_pass}));
    OSTRACON_TRY(out.download(decoded.payload));
    OSTRACON_TRY(said.download(decoded.outcomes));
    OSTRACON_TRY(believed.download(decoded.beliefs));
    return decoded;
  }
};

}  // namespace ostracon::test
