// QR codes of pictures, from pixels to what they say: every version, and the smallest ever written.
#include "pipeline/code_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <vector>

#include "datasets/random.hpp"
#include "format/qr/encoder.hpp"
#include "tests/format/qr/qr_messages.hpp"
#include "tests/format/qr/qrencode_oracle.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/qr_scene.hpp"
#include "tests/support/record_code.hpp"

namespace ostracon::test {
namespace {

namespace qr = format::qr;
using Bytes = std::vector<std::uint8_t>;

constexpr int kQuietModules = 4;

struct Picture {
  std::int32_t side = 0;
  std::vector<float> pixels;
};

/// The symbol in its quiet zone, black on white, `scale` x `scale` pixels a module.
Picture drawn(const qr::Matrix& matrix, int scale) {
  Picture picture{(matrix.side + 2 * kQuietModules) * scale, {}};
  for (int y = 0; y < picture.side; ++y)
    for (int x = 0; x < picture.side; ++x) {
      const int row = y / scale - kQuietModules, col = x / scale - kQuietModules;
      const bool inside = row >= 0 && col >= 0 && row < matrix.side && col < matrix.side;
      const bool dark =
          inside && matrix.modules[static_cast<std::size_t>(row * matrix.side + col)] != 0;
      picture.pixels.push_back(dark ? 0.0F : 255.0F);
    }
  return picture;
}

class CodeReaderTest : public BackendTest {
 protected:
  void SetUp() override {
    BackendTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto reader = CodeReader::create(backend(), 64, 64);
    if (!reader.has_value() && reader.error().code == ErrorCode::kUnavailable)
      GTEST_SKIP() << reader.error().message;
  }

  /// What the codes that are read in a picture say.
  Result<std::vector<Bytes>> read(std::int32_t rows, std::int32_t cols,
                                  const std::vector<float>& pixels) {
    OSTRACON_TRY_ASSIGN(CodeReader reader, CodeReader::create(backend(), rows, cols));
    OSTRACON_TRY_ASSIGN(const auto readings, reader.read({pixels.data(), rows, cols, cols}));
    std::vector<Bytes> said;
    for (const CodeReading& one : readings)
      if (one.decoded.verdict == CodeVerdict::kRead)
        said.push_back(qr::bytes_of(one.decoded.stream.message.segments));
    return said;
  }

  /// One symbol of a message by our encoder, and one by libqrencode where this build has it.
  void expect_read(std::mt19937& random, int version, qr::Level level, int mask) {
    const qr::Message message = qr::test::random_message(random, version, level);
    const auto own = qr::encode(message, {level, version, mask});
    ASSERT_OK(own);
    std::vector<qr::Matrix> symbols{own.value()};
    if (qr::test::has_qrencode()) {
      const auto foreign = qr::test::qrencode(message.segments, version, level, mask);
      ASSERT_TRUE(foreign.has_value());
      symbols.push_back(foreign->matrix);
    }
    for (const qr::Matrix& symbol : symbols) {
      const Picture picture = drawn(symbol, 3 + (version + mask) % 2);
      const auto said = read(picture.side, picture.side, picture.pixels);
      ASSERT_OK(said);
      EXPECT_EQ(said.value(), std::vector<Bytes>{qr::bytes_of(message.segments)})
          << "version " << version << "-" << qr::letter_of(level) << ", mask " << mask
          << (&symbol == symbols.data() ? "" : ", by libqrencode");
    }
  }
};

/// OSTRACON_EVERY_SYMBOL=1: every level and mask of every version, too.
TEST_P(CodeReaderTest, CleanRenderingsOfEveryVersionAreRead) {
  std::mt19937 random(31);
  const bool every = std::getenv("OSTRACON_EVERY_SYMBOL") != nullptr;
  const int stride = kernels_are_emulated() ? 13 : 1;
  for (int version = qr::kMinVersion; version <= qr::kMaxVersion; version += stride)
    for (std::size_t level = 0; level < qr::kLevels.size(); ++level)
      for (int mask = 0; mask < qr::kMasks; ++mask) {
        // Each level with each mask at some version.
        const bool chosen = mask == version % qr::kMasks &&
                            level == static_cast<std::size_t>(version / qr::kMasks) % 4;
        if (every || chosen) expect_read(random, version, qr::kLevels[level], mask);
      }
}

TEST_P(CodeReaderTest, TheSmallestCodeEverWrittenIsReadFromOneFrame) {
  struct Point {
    double pixel_nm, electrons;  // a module; 0: as in `typical`
    std::size_t codes, least;
  };
  // At the dose of `typical` 95 % are read, 1 dB above it all.
  constexpr std::array kPoints{Point{10, 0, 8, 7}, Point{5, 0, 8, 6}, Point{10, 190, 8, 8},
                               Point{5, 190, 8, 8}, Point{2.5, 190, 2, 2}};
  for (const Point& point : kPoints) {
    if (kernels_are_emulated() && point.electrons > 0) continue;
    const auto profile = record_profile(point.pixel_nm, point.electrons);
    ASSERT_OK(profile);
    const std::size_t codes = trials(point.codes, 1);
    std::size_t read_right = 0;
    for (std::uint64_t seed = 1; seed <= codes; ++seed) {
      std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
      const Bytes bytes = qr::test::random_segment(random, qr::Mode::kByte, 42).bytes;
      const auto code = qr::encode_bytes(bytes, {qr::Level::kM, 3, {}});
      ASSERT_OK(code);
      const auto frame = record_frame(code.value(), profile.value(), seed);
      ASSERT_OK(frame);
      const auto said = read(frame.value().rows, frame.value().cols, frame.value().pixels);
      ASSERT_OK(said);
      for (const Bytes& one : said.value()) EXPECT_EQ(one, bytes);
      read_right += said.value().size();
    }
    EXPECT_GE(read_right, std::min(codes, point.least))
        << point.pixel_nm << " nm, " << point.electrons;
  }
}

// What stands for mirrored before neighbours are taken out need not be when they are.
TEST_P(CodeReaderTest, CodesAreNotTakenForMirroredUnderABlurOfHalfAModule) {
  for (const std::uint64_t seed : {28U, 49U, 66U}) {
    if (kernels_are_emulated() && seed != 28) continue;
    sem::Random random(seed);
    Bytes bytes(42);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.word());
    const auto code = qr::encode_bytes(bytes, {qr::Level::kM, 3, {}});
    ASSERT_OK(code);
    QrSceneOptions options{.angle_deg = 7, .blur_modules = 0.5, .snr = 5};
    options.seed = seed;
    sem::Random place(seed << 20);
    const double y = 256 + place.uniform(-20, 20), x = 256 + place.uniform(-20, 20);
    const QrScene scene = draw_qr_scene(options, {{code.value(), y, x}});
    const auto said = read(512, 512, scene.pixels);
    ASSERT_OK(said);
    EXPECT_EQ(said.value(), std::vector<Bytes>{bytes}) << seed;
  }
}

OSTRACON_ON_EVERY_BACKEND(CodeReaderTest);

}  // namespace
}  // namespace ostracon::test
