// QR codes from soft modules: what they say, and what must not be taken for said.
#include "pipeline/code_decoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "datasets/random.hpp"
#include "format/qr/encoder.hpp"
#include "format/qr/text.hpp"
#include "pipeline/code_format.hpp"
#include "tests/support/backend_test.hpp"

namespace ostracon::test {
namespace {

using format::qr::Level;

/// LLRs of a channel that adds Gaussian noise of `sigma` to modules of +-1.
std::vector<Llr> soft_modules(const format::qr::Matrix& matrix, double sigma, std::uint64_t seed) {
  sem::Random random(seed);
  std::vector<Llr> modules;
  for (const std::uint8_t dark : matrix.modules) {
    const double value = (dark != 0 ? -1 : 1) + sigma * random.normal();
    const double steps = 2 * value / (sigma * sigma) / static_cast<double>(kNatsPerLlrStep);
    modules.push_back(static_cast<Llr>(std::clamp(std::lround(steps), -127L, 127L)));
  }
  return modules;
}

format::qr::Matrix matrix_of(std::string_view text, Level level, int version, int mask = 2) {
  return format::qr::encode_text(text, {level, version, mask}).value();
}

class CodeDecoderTest : public BackendTest {
 protected:
  std::vector<DecodedCode> decode(std::span<const SoftCode> codes, CodeDecoderConfig config = {}) {
    CodeDecoder decoder(backend(), std::move(config));
    auto decoded = decoder.run(codes);
    EXPECT_TRUE(decoded.has_value()) << decoded.error().message;
    return decoded ? std::move(decoded).value() : std::vector<DecodedCode>(codes.size());
  }
};

TEST_P(CodeDecoderTest, CodesOfManyVersionsLevelsAndMasksAreReadInOneBatch) {
  std::vector<format::qr::Matrix> matrices;
  std::vector<std::vector<Llr>> modules;
  std::vector<std::string> texts;
  std::vector<SoftCode> codes;
  int number = 0;
  for (const int version : {1, 3, 7, 14, 40})
    for (const Level level : format::qr::kLevels) {
      texts.push_back("plate " + std::to_string(++number));
      matrices.push_back(matrix_of(texts.back(), level, version, number % 8));
      modules.push_back(soft_modules(matrices.back(), 0.45, static_cast<std::uint64_t>(number)));
    }
  for (std::size_t i = 0; i < matrices.size(); ++i)
    codes.push_back({(matrices[i].side - 17) / 4, modules[i]});
  const auto decoded = decode(codes);
  ASSERT_EQ(decoded.size(), codes.size());
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    EXPECT_EQ(decoded[i].verdict, CodeVerdict::kRead) << codes[i].version;
    EXPECT_EQ(decoded[i].format.mask, static_cast<int>(i + 1) % 8);
    EXPECT_EQ(decoded[i].format.level, format::qr::kLevels[i % 4]);
    EXPECT_EQ(decoded[i].blocks_lost, 0);
    EXPECT_GT(decoded[i].confidence, 16) << codes[i].version;
    EXPECT_EQ(format::qr::text_of(decoded[i].stream.message.segments).value(), texts[i]);
  }
}

TEST_P(CodeDecoderTest, SoftBitsReadWhatHardDecisionsCannot) {
  // Bit error rate 0.038, at which 92 % of blocks have more than the 13 errors of octets.
  const double sigma = 0.5637;
  const auto matrix = matrix_of("archaeology", Level::kM, 3);
  const std::size_t count = trials(200, 20);
  std::vector<std::vector<Llr>> modules;
  std::vector<SoftCode> codes;
  for (std::size_t i = 0; i < count; ++i) modules.push_back(soft_modules(matrix, sigma, i));
  for (const auto& some : modules) codes.push_back({3, some});
  CodeDecoderConfig hard;
  hard.blocks.last_method = BlockMethod::kErasures;
  const auto read = [](const DecodedCode& code) { return code.verdict == CodeVerdict::kRead; };
  const auto by_hard = decode(codes, hard);
  const auto by_soft = decode(codes);
  const auto share = [&](const std::vector<DecodedCode>& decoded) {
    return static_cast<double>(std::count_if(decoded.begin(), decoded.end(), read)) /
           static_cast<double>(count);
  };
  EXPECT_LT(share(by_hard), 0.25);
  EXPECT_GT(share(by_soft), 0.85);
  for (const DecodedCode& code : by_soft)
    if (read(code)) {
      ASSERT_EQ(format::qr::text_of(code.stream.message.segments).value(), "archaeology");
    }
}

TEST_P(CodeDecoderTest, NoiseIsNeverRead) {
  const std::size_t count = trials(400, 20);
  std::vector<std::vector<Llr>> modules(count);
  std::vector<SoftCode> codes;
  for (std::size_t i = 0; i < count; ++i) {
    sem::Random random(i);
    for (int module = 0; module < 29 * 29; ++module)
      modules[i].push_back(static_cast<Llr>(random.uniform(-60, 60)));
    codes.push_back({3, modules[i]});
  }
  for (const DecodedCode& code : decode(codes)) EXPECT_NE(code.verdict, CodeVerdict::kRead);
}

TEST_P(CodeDecoderTest, AFormatThatNoiseChangedIsTriedAsTheNextLikelyOnes) {
  const auto matrix = matrix_of("second guess", Level::kM, 3, 5);
  auto modules = soft_modules(matrix, 0.3, 9);
  // Half-erase the format and pull it weakly towards another word.
  const auto wrong = format::qr::format_word({Level::kQ, 1});
  for (const auto& copy : format::qr::format_modules(3))
    for (std::size_t bit = 0; bit < copy.size(); ++bit) {
      const bool dark = matrix.modules[copy[bit]] != 0;
      const bool dark_wrong = (wrong >> bit & 1U) != 0;
      modules[copy[bit]] = static_cast<Llr>(dark == dark_wrong ? (dark ? -4 : 4) : (dark ? 1 : -1));
    }
  const auto formats = likely_formats(modules, 3);
  ASSERT_EQ(formats.size(), 32U);
  EXPECT_EQ(formats.front().information, (format::qr::FormatInformation{Level::kQ, 1}));
  EXPECT_EQ(formats.front().behind, 0);
  EXPECT_TRUE(std::is_sorted(formats.begin(), formats.end(),
                             [](const auto& a, const auto& b) { return a.behind < b.behind; }));
  const auto close = likely_formats(modules, 3, {}, {}, formats[4].behind);
  ASSERT_GE(close.size(), 5U);
  ASSERT_LT(close.size(), 32U);
  for (std::size_t k = 0; k < close.size(); ++k)
    EXPECT_EQ(close[k].information, formats[k].information) << k;

  const std::vector<SoftCode> codes = {{3, modules}};
  const DecodedCode tried = decode(codes)[0];
  EXPECT_EQ(tried.verdict, CodeVerdict::kRead);
  EXPECT_EQ(tried.format, (format::qr::FormatInformation{Level::kM, 5}));
  CodeDecoderConfig once;
  once.most_formats = 1;
  EXPECT_NE(decode(codes, once)[0].verdict, CodeVerdict::kRead);
  CodeDecoderConfig known = once;
  known.known.mask = 5;
  known.known.level = Level::kM;
  EXPECT_EQ(decode(codes, known)[0].verdict, CodeVerdict::kRead);
}

TEST_P(CodeDecoderTest, AKnownPrefixReadsCodesThatAreTooWeakWithout) {
  const std::string text = "plate seven of nine, drawer b, page q";
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  const auto matrix = format::qr::encode_bytes(bytes, {Level::kM, 3, 0}).value();
  const std::size_t count = trials(100, 10);
  std::vector<std::vector<Llr>> modules;
  std::vector<SoftCode> codes;
  for (std::size_t i = 0; i < count; ++i) modules.push_back(soft_modules(matrix, 0.78, i));
  for (const auto& some : modules) codes.push_back({3, some});
  CodeDecoderConfig known;
  known.known.prefix.assign(bytes.begin(), bytes.begin() + 28);
  int plain = 0, with_prefix = 0;
  for (const DecodedCode& code : decode(codes)) plain += code.verdict == CodeVerdict::kRead;
  for (const DecodedCode& code : decode(codes, known))
    if (code.verdict == CodeVerdict::kRead) {
      ++with_prefix;
      ASSERT_EQ(format::qr::bytes_of(code.stream.message.segments), bytes);
    }
  EXPECT_LT(plain, static_cast<int>(count) / 2);
  EXPECT_GT(with_prefix, plain + static_cast<int>(count) / 4);
}

TEST_P(CodeDecoderTest, WrongModulesOrVersionsAreRefused) {
  CodeDecoder decoder(backend(), {});
  const std::vector<Llr> modules(29 * 29, 1);
  for (const int version : {0, 4, 41}) {
    const std::vector<SoftCode> codes = {{version, modules}};
    const auto decoded = decoder.run(codes);
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(decoded.error().message.find("version " + std::to_string(version)),
              std::string::npos);
  }
}

OSTRACON_ON_EVERY_BACKEND(CodeDecoderTest);

}  // namespace
}  // namespace ostracon::test
