// Soft cancellation on pages whose matched filter outputs are drawn from a known response.

#include <cmath>
#include <vector>

#include "datasets/random.hpp"
#include "pipeline/stages/equaliser.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kSide = 192;
constexpr std::int32_t kGridSide = kSide + 2 * kEqualiserMargin;
constexpr std::size_t kModules = std::size_t{kSide} * kSide;
constexpr std::int32_t kKnownSide = 48;  // a square of known modules in every corner

constexpr std::size_t at(std::int32_t r, std::int32_t c) {
  return static_cast<std::size_t>(r * kSide + c);
}

/// A pulse [side, 1, side] along both axes and its matched filter, so that noise and response have
/// the same shape, as in an image.
struct Channel {
  float amplitude = 0.33F;
  float side = 0.2F;
  float noise = 0.6F;  // rms before the matched filter over the amplitude
  float bias = 0.02F;

  /// Response of the matched filter at 0, 1 and 2 modules along one axis, over that at 0.
  float along(std::int32_t distance) const {
    const float centre = 1 + 2 * side * side;
    return distance == 0 ? 1.0F : (distance == 1 ? 2 * side : side * side) / centre;
  }
  float energy() const { return (1 + 2 * side * side) * (1 + 2 * side * side); }
};

/// Convolves with [side, 1, side] along both axes; the outermost ring is lost.
std::vector<float> blurred(const std::vector<float>& image, std::int32_t wide, float side) {
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

Page see(const Channel& channel, std::uint64_t seed = 1) {
  sem::Random random(seed);
  constexpr std::int32_t kWide = kGridSide + 4;
  std::vector<float> sign(std::size_t{kWide} * kWide);
  for (float& s : sign) s = (random.word() & 1) != 0 ? 1.0F : -1.0F;
  const auto bit = [&](std::int32_t r, std::int32_t c) {
    return sign[static_cast<std::size_t>((r + 2) * kWide + c + 2)];
  };
  auto image = blurred(sign, kWide, channel.side);
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

class SoftCancellerTest : public BackendTest {
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

TEST_P(SoftCancellerTest, TheResponseIsLearnedFromTheKnownCorners) {
  const Channel channel;
  const auto out = read(see(channel));
  ASSERT_OK(out);
  const ChannelResponse& learned = out.value().learned;
  EXPECT_EQ(learned.trained_on, 4 * (kKnownSide - 4) * (kKnownSide - 4));
  EXPECT_NEAR(learned.bias, channel.bias, 0.01F);
  const float centre = learned.response[ChannelResponse::kCentre];
  EXPECT_NEAR(centre, channel.amplitude, 0.01F);
  for (std::int32_t i = -2; i <= 2; ++i)
    for (std::int32_t j = -2; j <= 2; ++j) {
      if (i == 0 && j == 0) continue;
      EXPECT_NEAR(learned.response[static_cast<std::size_t>((i + 2) * 5 + j + 2)] / centre,
                  channel.along(std::abs(i)) * channel.along(std::abs(j)), 0.03F)
          << i << ", " << j;
    }
  EXPECT_NEAR(std::sqrt(learned.noise * channel.energy()) / channel.amplitude, channel.noise,
              0.03F);
}

TEST_P(SoftCancellerTest, CancellationKnowsMoreThanLinearTaps) {
  const Page page = see({}, 2);
  const auto out = read(page);
  ASSERT_OK(out);
  const double linear = page.mutual_information(out.value().linear);
  const double cancelled = page.mutual_information(out.value().cancelled);
  EXPECT_GT(linear, 0.55);
  EXPECT_GT(cancelled, linear + 0.03);
}

TEST_P(SoftCancellerTest, WithAllNeighboursKnownOnlyTheNoiseIsLeft) {
  Page page = see({}, 3);
  std::vector<std::uint8_t> known = page.bits;  // all but one module in nine
  for (std::int32_t r = 1; r < kSide; r += 3)
    for (std::int32_t c = 1; c < kSide; c += 3) known[at(r, c)] = 2;
  const auto out = read(page, known, std::vector<Llr>(kModules), 24);
  ASSERT_OK(out);
  double sum = 0, square = 0, count = 0;
  for (std::int32_t r = 1; r < kSide; r += 3)
    for (std::int32_t c = 1; c < kSide; c += 3) {
      if (page.known[at(r, c)] < 2) continue;
      const double sign = page.bits[at(r, c)] == 0 ? 1 : -1;
      const double nats = sign * static_cast<double>(out.value().cancelled[at(r, c)]) * 0.375 / 0.8;
      sum += nats;
      square += nats * nats;
      count += 1;
    }
  // LLR of a bit in Gaussian noise: mean 2 / sigma^2, variance twice that. (Clipping at the
  // strongest LLR takes a little off both.)
  const double mean = sum / count;
  const Channel channel;
  const double expected =
      2 * static_cast<double>(channel.energy() / (channel.noise * channel.noise));
  EXPECT_NEAR(mean, expected, 0.06 * expected);
  EXPECT_NEAR((square / count - mean * mean) / mean, 2, 0.25);
}

TEST_P(SoftCancellerTest, WhatTheDecoderBelievesOfSomeHelpsTheOthers) {
  const Page page = see({}, 4);
  std::vector<Llr> prior(kModules);
  sem::Random random(5);
  for (std::size_t i = 0; i < kModules; ++i)
    if (random.word() % 2 == 0) prior[i] = page.bits[i] == 0 ? Llr{12} : Llr{-12};
  const auto alone = read(page);
  const auto helped = read(page, page.known, prior);
  ASSERT_OK(alone);
  ASSERT_OK(helped);
  Page others = page;
  for (std::size_t i = 0; i < kModules; ++i)
    if (prior[i] != 0) others.known[i] = page.bits[i];
  EXPECT_GT(others.mutual_information(helped.value().cancelled),
            others.mutual_information(alone.value().cancelled) + 0.03);
}

TEST_P(SoftCancellerTest, ABeliefDoesNotComeBackAsEvidenceOfItsOwnModule) {
  const Page page = see({}, 6);
  std::vector<Llr> prior(kModules);
  prior[at(96, 96)] = page.bits[at(96, 96)] == 0 ? Llr{-100} : Llr{100};  // a lie
  const auto before = read(page, page.known, std::vector<Llr>(kModules), 1);
  const auto after = read(page, page.known, prior, 1);
  ASSERT_OK(before);
  ASSERT_OK(after);
  EXPECT_EQ(before.value().cancelled[at(96, 96)], after.value().cancelled[at(96, 96)]);
  EXPECT_NE(before.value().cancelled[at(96, 97)], after.value().cancelled[at(96, 97)]);
  EXPECT_EQ(before.value().cancelled[at(96, 100)], after.value().cancelled[at(96, 100)]);
}

TEST_P(SoftCancellerTest, UnusableModulesSayNothing) {
  const Page page = see({}, 7);
  std::vector<std::uint8_t> mask(kModules, 1);
  for (std::int32_t r = 80; r < 100; ++r)
    for (std::int32_t c = 80; c < 100; ++c) mask[at(r, c)] = 0;
  const auto out = read(page, page.known, std::vector<Llr>(kModules), 6, &mask);
  ASSERT_OK(out);
  for (std::int32_t r = 80; r < 100; ++r)
    for (std::int32_t c = 80; c < 100; ++c) ASSERT_EQ(out.value().cancelled[at(r, c)], 0);
  EXPECT_GT(page.mutual_information(out.value().cancelled), 0.55);
}

TEST_P(SoftCancellerTest, ANoisierQuarterGetsWeakerEvidence) {
  Page page = see({.noise = 0.5F}, 8);
  sem::Random random(9);
  for (std::int32_t r = 0; r < kGridSide / 2; ++r)
    for (std::int32_t c = kGridSide / 2; c < kGridSide; ++c)
      page.grid[static_cast<std::size_t>(r * kGridSide + c)] +=
          0.33F * 0.6F * static_cast<float>(random.normal());
  const auto out = read(page);
  ASSERT_OK(out);
  double noisy = 0, quiet = 0;
  for (std::int32_t k = 50; k < 90; ++k)
    for (std::int32_t l = 50; l < 90; ++l) {
      noisy += std::abs(out.value().cancelled[at(k, l + 50)]);
      quiet += std::abs(out.value().cancelled[at(k + 50, l)]);
    }
  EXPECT_LT(noisy, 0.8 * quiet);
}

TEST_P(SoftCancellerTest, WithoutKnownNeighbourhoodsNothingIsLearned) {
  Page page = see({}, 10);
  for (std::size_t i = 0; i < kModules; i += 3) page.known[i] = 2;
  const auto out = read(page);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(out.error().message.find("learned"), std::string::npos);
}

TEST_P(SoftCancellerTest, OtherShapesThanPlannedAreRefused) {
  EXPECT_FALSE(backend().make_soft_canceller({0, 64}).has_value());
  const auto grid = filled_image(backend(), 68, 68, 0.0F);
  const auto byte = filled_image(backend(), 64, 64, std::uint8_t{2});
  const auto short_llrs = filled_image(backend(), 63, 64, Llr{0});
  const auto canceller = backend().make_soft_canceller({64, 64});
  ASSERT_TRUE(grid.has_value() && byte.has_value() && short_llrs.has_value() &&
              canceller.has_value());
  const auto begun = canceller.value()->begin(grid.value().view(), byte.value().view(),
                                              byte.value().view(), short_llrs.value().view());
  ASSERT_FALSE(begun.has_value());
  EXPECT_EQ(begun.error().code, ErrorCode::kInvalidArgument);
}

OSTRACON_ON_EVERY_BACKEND(SoftCancellerTest);

}  // namespace
}  // namespace ostracon::test
