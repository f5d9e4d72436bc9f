#pragma once
// What the suite of the equaliser is made of: pages as the matched filter shows them, a run.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "datasets/random.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {

inline constexpr std::int32_t kSide = 192;
inline constexpr std::int32_t kGridSide = kSide + 2 * kEqualiserMargin;
inline constexpr std::size_t kModules = std::size_t{kSide} * kSide;

constexpr std::size_t module_index(std::int32_t r, std::int32_t c) {
  return static_cast<std::size_t>(r * kSide + c);
}
constexpr std::size_t grid_index(std::int32_t r, std::int32_t c) {
  return static_cast<std::size_t>(r * kGridSide + c);
}

/// A page of random bits as the matched filter shows it.
struct SeenPage {
  std::vector<std::uint8_t> bits;   ///< kSide x kSide
  std::vector<std::uint8_t> known;  ///< one module in `known_every`
  std::vector<float> grid, weight;
};

struct ChannelModel {
  float amplitude = 0.33F;
  float beside = 0, diagonal = 0;  ///< response at the neighbours over that at the centre
  float noise = 0;                 ///< rms over the amplitude
  float offset = 0;
  int known_every = 6;
};

inline SeenPage see(const ChannelModel& channel, std::uint64_t seed = 1) {
  sem::Random random(seed);
  constexpr std::int32_t kWide = kGridSide + 2;
  std::vector<float> sign(std::size_t{kWide} * kWide);
  for (float& s : sign) s = (random.word() & 1) != 0 ? 1.0F : -1.0F;
  const auto at = [&](std::int32_t r, std::int32_t c) {  // of the grid
    return sign[static_cast<std::size_t>((r + 1) * kWide + c + 1)];
  };
  SeenPage page;
  for (std::int32_t r = 0; r < kGridSide; ++r)
    for (std::int32_t c = 0; c < kGridSide; ++c) {
      const float beside = at(r - 1, c) + at(r + 1, c) + at(r, c - 1) + at(r, c + 1);
      const float diagonal =
          at(r - 1, c - 1) + at(r - 1, c + 1) + at(r + 1, c - 1) + at(r + 1, c + 1);
      const float clean = at(r, c) + channel.beside * beside + channel.diagonal * diagonal;
      const auto noise = static_cast<float>(random.normal()) * channel.noise;
      page.grid.push_back(channel.amplitude * (clean + noise) + channel.offset);
    }
  page.weight.assign(page.grid.size(), 4.0F);
  for (std::int32_t r = 0; r < kSide; ++r)
    for (std::int32_t c = 0; c < kSide; ++c) {
      const std::uint8_t bit = at(r + kEqualiserMargin, c + kEqualiserMargin) > 0 ? 0 : 1;
      page.bits.push_back(bit);
      const bool is_known = random.word() % static_cast<std::uint64_t>(channel.known_every) == 0;
      page.known.push_back(is_known ? bit : std::uint8_t{2});
    }
  return page;
}

struct Equalised {
  ChannelReport report;
  std::vector<Llr> llrs;
  std::vector<std::uint8_t> usable;

  /// Share of the wrong signs among modules that were not erased.
  double error_rate(const SeenPage& page) const {
    std::size_t wrong = 0, counted = 0;
    for (std::size_t i = 0; i < kModules; ++i) {
      if (llrs[i] == 0) continue;
      ++counted;
      wrong += (llrs[i] < 0) != (page.bits[i] != 0) ? 1 : 0;
    }
    return counted == 0 ? 1 : static_cast<double>(wrong) / static_cast<double>(counted);
  }
  /// Bits a module: 1 - mean log2(1 + exp(-L)), L signed by the bit.
  double mutual_information(const SeenPage& page) const {
    double loss = 0;
    for (std::size_t i = 0; i < kModules; ++i) {
      const double nats = static_cast<double>(kNatsPerLlrStep) * llrs[i];
      loss += std::log2(1 + std::exp(page.bits[i] != 0 ? nats : -nats));
    }
    return 1 - loss / static_cast<double>(kModules);
  }
};

/// Capacity of +-1 in Gaussian noise of `sigma`, bits.
inline double binary_capacity(double sigma) {
  double loss = 0;
  constexpr int kSteps = 4000;
  for (int k = 0; k < kSteps; ++k) {
    const double z = -8 + 16 * (k + 0.5) / kSteps;
    loss += 16.0 / kSteps * std::exp(-0.5 * z * z) / std::sqrt(2 * std::acos(-1.0)) *
            std::log2(1 + std::exp(-2 * (1 + sigma * z) / (sigma * sigma)));
  }
  return 1 - loss;
}

class EqualiserTest : public BackendTest {
 protected:
  Result<Equalised> equalise(const SeenPage& page) {
    OSTRACON_TRY_ASSIGN(const auto grid, upload_image(backend(), kGridSide, kGridSide, page.grid));
    OSTRACON_TRY_ASSIGN(const auto weight,
                        upload_image(backend(), kGridSide, kGridSide, page.weight));
    OSTRACON_TRY_ASSIGN(const auto known, upload_image(backend(), kSide, kSide, page.known));
    OSTRACON_TRY_ASSIGN(const auto llrs, filled_image(backend(), kSide, kSide, Llr{77}));
    OSTRACON_TRY_ASSIGN(const auto usable, filled_image(backend(), kSide, kSide, std::uint8_t{77}));
    OSTRACON_TRY_ASSIGN(auto equaliser, backend().make_equaliser({kSide, kSide}));
    OSTRACON_TRY_ASSIGN(
        const ChannelReport report,
        equaliser->run(grid.view(), weight.view(), known.view(), llrs.view(), usable.view()));
    OSTRACON_TRY_ASSIGN(auto values, llrs.download());
    OSTRACON_TRY_ASSIGN(auto mask, usable.download());
    return Equalised{report, std::move(values), std::move(mask)};
  }
};

}  // namespace ostracon::test
