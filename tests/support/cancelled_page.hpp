#pragma once
// Pages whose matched filter outputs are drawn from a known response, and their way through taps
// and soft cancellation.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "datasets/random.hpp"
#include "pipeline/stages/equaliser.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {

inline constexpr std::int32_t kSide = 192;
inline constexpr std::int32_t kGridSide = kSide + 2 * kEqualiserMargin;
inline constexpr std::size_t kModules = std::size_t{kSide} * kSide;
inline constexpr std::int32_t kKnownSide = 48;  // a square of known modules in every corner

inline std::size_t at(std::int32_t r, std::int32_t c) {
  return static_cast<std::size_t>(r * kSide + c);
}

/// A pulse [side, 1, side] along both axes and its matched filter, so that noise and response have
/// the same shape, as in an image.
struct Channel {
  float amplitude = 0.33F;
  float side = 0.2F;
  float noise = 0.6F;  // rms before the matched filter over the amplitude
  float bias = 0.02F;
  float edge = 0;  // brightness that opposite neighbours of different bits add, over the amplitude

  /// Response of the matched filter at 0, 1 and 2 modules along one axis, over that at 0.
  float along(std::int32_t distance) const {
    const float centre = 1 + 2 * side * side;
    return distance == 0 ? 1.0F : (distance == 1 ? 2 * side : side * side) / centre;
  }
  float energy() const { return (1 + 2 * side * side) * (1 + 2 * side * side); }
};

/// Convolves with [side, 1, side] along both axes; the outermost ring is lost.
inline std::vector<float> blurred(const std::vector<float>& image, std::int32_t wide, float side) {
  std::vector<float> out(image.size());
  for (std::int32_t r = 1; r + 1 < wide; ++r)
    for (std::int32_t c = 1; c + 1 < wide; ++c) {
      const auto value = [&](std::int32_t i, std::int32_t j) {
        return image[static_cast<std::size_t>((r + i) * wide + c + j)];
      };
      out[static_cast<std::size_t>(r * wide + c)] =
          value(0, 0) + side * (value(-1, 0) + value(1, 0) + value(0, -1) + value(0, 1)) +
          side * side * (value(-1, -1) + value(-1, 1) + value(1, -1) + value(1, 1));
    }
  return out;
}

struct Page {
  std::vector<std::uint8_t> bits, known;  // kSide x kSide
  std::vector<float> grid, weight;

  /// Bits per module of LLRs about the modules that are not known.
  double mutual_information(const std::vector<Llr>& llrs) const {
    double loss = 0, count = 0;
    for (std::size_t i = 0; i < kModules; ++i) {
      if (known[i] < 2) continue;
      const double nats = static_cast<double>(static_cast<float>(llrs[i]) * kNatsPerLlrStep);
      loss += std::log2(1 + std::exp(bits[i] == 0 ? -nats : nats));
      count += 1;
    }
    return 1 - loss / count;
  }
};

inline Page see(const Channel& channel, std::uint64_t seed = 1) {
  sem::Random random(seed);
  constexpr std::int32_t kWide = kGridSide + 4;
  std::vector<float> sign(std::size_t{kWide} * kWide);
  for (float& s : sign) s = (random.word() & 1) != 0 ? 1.0F : -1.0F;
  const auto bit = [&](std::int32_t r, std::int32_t c) {
    return sign[static_cast<std::size_t>((r + 2) * kWide + c + 2)];
  };
  auto image = blurred(sign, kWide, channel.side);
  if (channel.edge != 0)
    for (std::int32_t r = 1; r + 1 < kWide; ++r)
      for (std::int32_t c = 1; c + 1 < kWide; ++c) {
        const auto value = [&](std::int32_t i, std::int32_t j) {
          return sign[static_cast<std::size_t>((r + i) * kWide + c + j)];
        };
        image[static_cast<std::size_t>(r * kWide + c)] -=
            channel.edge * (value(-1, 0) * value(1, 0) + value(0, -1) * value(0, 1));
      }
  for (float& value : image) value += channel.noise * static_cast<float>(random.normal());
  const auto filtered = blurred(image, kWide, channel.side);
  Page page;
  for (std::int32_t r = 0; r < kGridSide; ++r)
    for (std::int32_t c = 0; c < kGridSide; ++c)
      page.grid.push_back(channel.amplitude / channel.energy() *
                              filtered[static_cast<std::size_t>((r + 2) * kWide + c + 2)] +
                          channel.bias);
  page.weight.assign(page.grid.size(), 4.0F);
  for (std::int32_t r = 0; r < kSide; ++r)
    for (std::int32_t c = 0; c < kSide; ++c) {
      const std::uint8_t value = bit(r + kEqualiserMargin, c + kEqualiserMargin) > 0 ? 0 : 1;
      const bool corner = (r < kKnownSide || r >= kSide - kKnownSide) &&
                          (c < kKnownSide || c >= kSide - kKnownSide);
      page.bits.push_back(value);
      page.known.push_back(corner ? value : std::uint8_t{2});
    }
  return page;
}

class CancelledPageTest : public BackendTest {
 protected:
  struct Reading {
    ChannelResponse learned;
    std::vector<Llr> linear, cancelled;
  };

  /// Taps, then `iterations` rounds of cancellation that know `known` and believe `prior`.
  Result<Reading> read(const Page& page, const std::vector<std::uint8_t>& known,
                       const std::vector<Llr>& prior, std::int32_t iterations = 8,
                       const std::vector<std::uint8_t>* mask = nullptr) {
    OSTRACON_TRY_ASSIGN(const auto grid, upload_image(backend(), kGridSide, kGridSide, page.grid));
    OSTRACON_TRY_ASSIGN(const auto weight,
                        upload_image(backend(), kGridSide, kGridSide, page.weight));
    OSTRACON_TRY_ASSIGN(const auto first, upload_image(backend(), kSide, kSide, page.known));
    OSTRACON_TRY_ASSIGN(const auto now, upload_image(backend(), kSide, kSide, known));
    OSTRACON_TRY_ASSIGN(const auto beliefs, upload_image(backend(), kSide, kSide, prior));
    OSTRACON_TRY_ASSIGN(const auto llrs, filled_image(backend(), kSide, kSide, Llr{0}));
    OSTRACON_TRY_ASSIGN(auto usable, filled_image(backend(), kSide, kSide, std::uint8_t{0}));
    OSTRACON_TRY_ASSIGN(auto equaliser, backend().make_equaliser({kSide, kSide}));
    OSTRACON_TRY_ASSIGN(
        [[maybe_unused]] const auto report,
        equaliser->run(grid.view(), weight.view(), first.view(), llrs.view(), usable.view()));
    if (mask != nullptr) {
      OSTRACON_TRY_ASSIGN(usable, upload_image(backend(), kSide, kSide, *mask));
    }
    Reading result;
    OSTRACON_TRY_ASSIGN(result.linear, llrs.download());
    OSTRACON_TRY_ASSIGN(auto canceller, backend().make_soft_canceller({kSide, kSide}));
    OSTRACON_TRY_ASSIGN(result.learned,
                        canceller->begin(grid.view(), usable.view(), first.view(), llrs.view()));
    OSTRACON_TRY(canceller->run(now.view(), beliefs.view(), iterations, llrs.view()));
    OSTRACON_TRY_ASSIGN(result.cancelled, llrs.download());
    return result;
  }
  Result<Reading> read(const Page& page) {
    return read(page, page.known, std::vector<Llr>(kModules));
  }
};

}  // namespace ostracon::test
