#include "pipeline/stages/deinterleaver.hpp"

#include <cstdlib>
#include <random>

#include "format/pn.hpp"
#include "tests/support/backend_test.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kSide = 256;
constexpr std::uint64_t kSeed = 0x0123456789ABCDEF;

/// A page of its smallest size, soft bits on it and beliefs in its codewords.
class DeinterleaverTest : public BackendTest {
 protected:
  void SetUp() override {
    BackendTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto made = format::PageLayout::create(
        format::default_geometry(kSide, kSide, format::Rate::kFourFifths));
    ASSERT_TRUE(made.has_value()) << made.error().message;
    layout_ = std::make_shared<const format::PageLayout>(std::move(made).value());
    bits_ = static_cast<std::size_t>(format::codeword_bits(format::Rate::kFourFifths));
    count_ = static_cast<std::size_t>(layout_->codewords());
    auto stage = backend().make_deinterleaver({layout_});
    ASSERT_TRUE(stage.has_value()) << stage.error().message;
    stage_ = std::move(stage).value();
    page_ = random_llrs(std::size_t{kSide} * kSide);
    beliefs_ = random_llrs(count_ * bits_);
  }

  template <class T>
  Buffer<T> on_backend(const std::vector<T>& values) {
    auto made = Buffer<T>::from(backend().memory(), values);
    EXPECT_TRUE(made.has_value());
    return std::move(made).value();
  }
  std::uint32_t module_of(std::size_t bit) const {
    return layout_->modules_of(static_cast<std::int32_t>(bit / bits_))[bit % bits_];
  }
  std::vector<Llr> random_llrs(std::size_t count) {
    std::vector<Llr> llrs(count);
    for (Llr& llr : llrs) llr = static_cast<Llr>(static_cast<int>(random_() % 255) - 127);
    return llrs;
  }

  std::mt19937 random_{7};
  std::shared_ptr<const format::PageLayout> layout_;
  std::size_t bits_ = 0, count_ = 0;  // of a codeword; codewords
  std::unique_ptr<Deinterleaver> stage_;
  std::vector<Llr> page_, beliefs_;
};

TEST_P(DeinterleaverTest, GathersEveryBitOfEveryCodewordAndTakesTheScramblerOff) {
  const auto page = on_backend(page_);
  const auto out = on_backend(std::vector<Llr>(count_ * bits_, Llr{77}));
  ASSERT_OK(stage_->gather(kSeed, page.data(), out.data()));
  std::vector<Llr> codewords(count_ * bits_);
  ASSERT_OK(out.download(codewords));
  ASSERT_GE(count_, 3U);
  for (std::size_t i = 0; i < codewords.size(); ++i) {
    const Llr llr = page_[module_of(i)];
    const bool flipped = format::pn_bit(kSeed, module_of(i)) != 0;
    ASSERT_EQ(codewords[i], flipped ? -llr : llr) << i;
  }
}

TEST_P(DeinterleaverTest, ScattersBitsOfDecodedCodewordsAndExtrinsicBeliefsOfTheOthers) {
  std::vector<std::uint8_t> decoded(count_, 0);
  decoded[1] = 1;
  const std::vector<Llr> went_in = random_llrs(count_ * bits_);
  std::vector<std::uint8_t> known(page_.size(), 2);
  known[0] = 1;
  std::vector<Llr> prior(page_.size(), Llr{77});
  const auto codewords = on_backend(went_in);
  const auto beliefs = on_backend(beliefs_);
  const auto done = on_backend(decoded);
  const auto known_out = on_backend(known);
  const auto prior_out = on_backend(prior);
  ASSERT_OK(stage_->scatter(kSeed, {codewords.data(), beliefs.data(), done.data()},
                            known_out.data(), prior_out.data()));
  std::vector<std::uint8_t> expected_known = known;
  std::vector<Llr> expected_prior(page_.size(), Llr{0});
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    const std::uint32_t module = module_of(i);
    const bool flipped = format::pn_bit(kSeed, module) != 0;
    if (decoded[i / bits_] != 0) {
      expected_known[module] = (beliefs_[i] < 0) != flipped ? 1 : 0;
    } else {
      const double steps = std::rint(0.5 * (beliefs_[i] - went_in[i]));
      expected_prior[module] = static_cast<Llr>(flipped ? -steps : steps);
    }
  }
  ASSERT_OK(known_out.download(known));
  ASSERT_OK(prior_out.download(prior));
  EXPECT_EQ(known, expected_known);
  EXPECT_EQ(prior, expected_prior);
}

TEST_P(DeinterleaverTest, SumsTheSizesOfTheBeliefsInEveryCodeword) {
  const auto beliefs = on_backend(beliefs_);
  const auto out = on_backend(std::vector<std::uint32_t>(count_, 9));
  ASSERT_OK(stage_->sum_certainties(beliefs.data(), out.data()));
  std::vector<std::uint32_t> sums(count_), expected(count_, 0);
  ASSERT_OK(out.download(sums));
  for (std::size_t i = 0; i < beliefs_.size(); ++i)
    expected[i / bits_] += static_cast<std::uint32_t>(std::abs(beliefs_[i]));
  EXPECT_EQ(sums, expected);
}

OSTRACON_ON_EVERY_BACKEND(DeinterleaverTest);

}  // namespace
}  // namespace ostracon::test
