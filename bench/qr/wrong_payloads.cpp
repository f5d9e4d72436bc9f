#include "bench/qr/wrong_payloads.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "bench/interval.hpp"
#include "bench/qr/tally.hpp"
#include "datasets/random.hpp"
#include "datasets/written_plate.hpp"
#include "format/qr/encoder.hpp"

namespace ostracon::bench {
namespace {

using format::qr::Matrix;
using sem::Random;

constexpr std::array kSides{152, 188, 224, 260};  // pixels
constexpr int kMostVersion = 6;
constexpr std::int32_t kPageSide = 256;

enum class Kind : std::uint8_t { kNoise, kPage, kDamagedCode };
constexpr std::array kKinds{Kind::kNoise, Kind::kPage, Kind::kDamagedCode, Kind::kDamagedCode};
constexpr std::array kKindNames{"noise", "page", "damaged"};

/// An image, and what the code in it says, if there is one.
struct Picture {
  test::QrScene scene;
  std::vector<Bytes> written;
};

int below(Random& random, int limit) {
  return static_cast<int>(random.word() % static_cast<std::uint64_t>(limit));
}

std::uint8_t& at(Matrix& matrix, int row, int col) {
  return matrix.modules[static_cast<std::size_t>(row) * static_cast<std::size_t>(matrix.side) +
                        static_cast<std::size_t>(col)];
}

void flip_modules(Matrix& matrix, Random& random) {
  const double share = random.uniform(0.05, 0.3);
  for (std::uint8_t& module : matrix.modules)
    if (random.uniform() < share) module ^= 1;
}

/// One to four blocks: dark, light, of random modules, or inverted.
void cover_blocks(Matrix& matrix, Random& random) {
  for (int left = 1 + below(random, 4); left > 0; --left) {
    const int rows = 2 + below(random, matrix.side / 2), cols = 2 + below(random, matrix.side / 2);
    const int top = below(random, matrix.side - rows), begin = below(random, matrix.side - cols);
    const int how = below(random, 4);
    for (int row = top; row < top + rows; ++row)
      for (int col = begin; col < begin + cols; ++col) {
        std::uint8_t& module = at(matrix, row, col);
        const int value = how < 2 ? how : how == 2 ? below(random, 2) : module ^ 1;
        module = static_cast<std::uint8_t>(value);
      }
  }
}

/// Two to eight lines across, one to three modules wide, dark or light.
void scratch(Matrix& matrix, Random& random) {
  for (int left = 2 + below(random, 7); left > 0; --left) {
    const double angle = random.uniform(0, 3.1416), width = random.uniform(0.5, 1.6);
    const double y = random.uniform(0, matrix.side), x = random.uniform(0, matrix.side);
    const int value = below(random, 2);
    for (int row = 0; row < matrix.side; ++row)
      for (int col = 0; col < matrix.side; ++col)
        if (std::abs((row - y) * std::cos(angle) - (col - x) * std::sin(angle)) < width)
          at(matrix, row, col) = static_cast<std::uint8_t>(value);
  }
}

Result<Picture> damaged_code(test::QrSceneOptions look, Random& random) {
  const int version = 1 + below(random, kMostVersion);
  const auto level = format::qr::kLevels[random.word() % format::qr::kLevels.size()];
  const auto most = static_cast<int>(format::qr::block_layout(version, level).data_codewords()) - 2;
  Bytes bytes(static_cast<std::size_t>(1 + below(random, most)));
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.word());
  OSTRACON_TRY_ASSIGN(Matrix matrix,
                      format::qr::encode_bytes(bytes, {level, version, below(random, 8)}));
  using Damage = void (*)(Matrix&, Random&);
  constexpr std::array<Damage, 3> kDamages{flip_modules, cover_blocks, scratch};
  Matrix whole = matrix;
  kDamages[random.word() % kDamages.size()](matrix, random);
  if (random.uniform() < 0.25) kDamages[random.word() % kDamages.size()](matrix, random);
  if (random.uniform() < 0.75) {  // what a finder looks for is left as it was
    const format::qr::Symbol& symbol = format::qr::symbol_of(version);
    for (std::size_t k = 0; k < matrix.modules.size(); ++k)
      if (symbol.role[k] != format::qr::Role::kData) matrix.modules[k] = whole.modules[k];
  }
  look.pitch_px = random.uniform(2.2, 0.68 * look.rows / (matrix.side + 4));
  look.mirrored = random.uniform() < 0.2;
  const double y = 0.5 * look.rows, x = 0.5 * look.cols;
  return Picture{test::draw_qr_scene(look, {{std::move(matrix), y, x}}), {std::move(bytes)}};
}

/// A window of a page, marks and headers included.
Result<Picture> page_modules(test::QrSceneOptions look, Random& random, sem::WrittenPlate& plate) {
  std::vector<std::uint8_t> page(static_cast<std::size_t>(kPageSide) * kPageSide);
  OSTRACON_TRY(plate.read(static_cast<std::uint32_t>(random.word() % plate.pages()), page));
  look.pitch_px = random.uniform(2, 8);
  const double room = 0.25 * kPageSide * look.pitch_px;
  const double y = 0.5 * look.rows + random.uniform(-room, room);
  const double x = 0.5 * look.cols + random.uniform(-room, room);
  return Picture{test::draw_qr_scene(look, {{{kPageSide, std::move(page)}, y, x}}), {}};
}

Result<Picture> picture(std::int64_t number, sem::WrittenPlate& plate) {
  Random random(static_cast<std::uint64_t>(number) << 24);
  test::QrSceneOptions look{.angle_deg = random.uniform(0, 360)};
  look.rows = look.cols = kSides[static_cast<std::size_t>(number / 4) % kSides.size()];
  look.samples = 2;
  look.seed = random.word();
  look.inverted = random.uniform() < 0.2;
  constexpr std::array kBlurs{0.0, 0.2, 0.35, 0.5};
  look.blur_modules = kBlurs[random.word() % kBlurs.size()];
  constexpr std::array kSnrs{0.0, 8.0, 4.0, 2.5};
  look.snr = kSnrs[random.word() % kSnrs.size()];
  switch (kKinds[static_cast<std::size_t>(number) % kKinds.size()]) {
    case Kind::kNoise:
      look.snr = 1;
      return Picture{test::draw_qr_scene(look, {}), {}};
    case Kind::kPage:
      return page_modules(look, random, plate);
    case Kind::kDamagedCode:
      break;
  }
  return damaged_code(look, random);
}

}  // namespace

Result<> run_wrong_payloads(Backend& backend, const std::vector<Peer>& peers, std::int64_t first,
                            std::int64_t images) {
  format::PlateParameters parameters;
  parameters.geometry.rows = parameters.geometry.cols = kPageSide;
  OSTRACON_TRY_ASSIGN(auto plate, sem::WrittenPlate::write(parameters, sem::RandomBytes(60000)));
  std::vector<CodeReader> readers;
  for (const int side : kSides) {
    OSTRACON_TRY_ASSIGN(CodeReader reader, CodeReader::create(backend, side, side));
    readers.push_back(std::move(reader));
  }
  std::array<std::vector<Tally>, kKindNames.size()> tallies;
  tallies.fill(tallies_of(peers));
  std::array<std::int64_t, kKindNames.size()> tried{};
  for (std::int64_t image = first; image < first + images; ++image) {
    const auto kind =
        static_cast<std::size_t>(kKinds[static_cast<std::size_t>(image) % kKinds.size()]);
    OSTRACON_TRY_ASSIGN(const Picture shown, picture(image, *plate));
    CodeReader& reader = readers[static_cast<std::size_t>(image / 4) % kSides.size()];
    const std::int64_t before = tallies[kind][0].wrong;
    OSTRACON_TRY(try_all(reader, peers, shown.scene, shown.written, tallies[kind]));
    ++tried[kind];
    if (tallies[kind][0].wrong > before)
      std::fprintf(stderr, "image %lld, %s: a wrong payload\n", static_cast<long long>(image),
                   kKindNames[kind]);
  }
  for (std::size_t kind = 0; kind < tallies.size(); ++kind)
    for (const Tally& tally : tallies[kind]) {
      if (tried[kind] == 0) continue;
      const std::int64_t wrong = std::min(tally.wrong, tried[kind]);
      std::printf(R"({"case":"qr_wrong/%s","reader":"%s","images":%lld,"found":%lld,"read":%lld,)"
                  R"("wrong":%lld,"wrong_share_high":%.2e,"ms":%.2f})"
                  "\n",
                  kKindNames[kind], tally.reader.c_str(), static_cast<long long>(tried[kind]),
                  static_cast<long long>(tally.found), static_cast<long long>(tally.read),
                  static_cast<long long>(tally.wrong), share_interval(wrong, tried[kind]).high,
                  1e3 * tally.cpu_s / static_cast<double>(tried[kind]));
    }
  std::fflush(stdout);
  return Ok{};
}

}  // namespace ostracon::bench
