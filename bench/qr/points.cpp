#include "bench/qr/points.hpp"

#include <cstdio>
#include <fstream>
#include <string>

#include "bench/interval.hpp"
#include "datasets/random.hpp"

namespace ostracon::bench {
namespace {

constexpr double kMostOffset = 20;  // pixels of a code from the middle

std::string name_of(const PointOptions& options) {
  char name[64];
  std::snprintf(name, sizeof name, "qr/snr%.2f/blur%.2f/angle%.0f", options.snr,
                options.blur_modules, options.angle_deg);
  return name;
}

/// A binary PGM whose comment has the case and the payload, for readers of other languages.
Result<> write_image(const PointOptions& options, std::int64_t image, const test::QrScene& scene,
                     const Bytes& payload) {
  std::string hex;
  for (const std::uint8_t byte : payload)
    for (const int shift : {4, 0}) hex.push_back("0123456789abcdef"[byte >> shift & 15]);
  std::string name = name_of(options);
  for (char& letter : name)
    if (letter == '/') letter = '_';
  const auto path = options.folder / (name + "_" + std::to_string(image) + ".pgm");
  const std::vector<std::uint8_t> pixels = grey(scene);
  std::ofstream file(path, std::ios::binary);
  file << "P5\n# case " << name_of(options) << " payload " << hex << "\n"
       << scene.options.cols << " " << scene.options.rows << "\n255\n";
  file.write(reinterpret_cast<const char*>(pixels.data()),
             static_cast<std::streamsize>(pixels.size()));
  file.close();
  if (!file) return Error{ErrorCode::kIo, "cannot write " + path.string()};
  return Ok{};
}

}  // namespace

Result<> run_point(Backend& backend, const std::vector<Peer>& peers, const PointOptions& options) {
  test::QrSceneOptions look{
      .angle_deg = options.angle_deg, .blur_modules = options.blur_modules, .snr = options.snr};
  OSTRACON_TRY_ASSIGN(CodeReader reader, CodeReader::create(backend, look.rows, look.cols));
  std::vector<Tally> tallies = tallies_of(peers);
  for (std::int64_t image = options.first; image < options.first + options.images; ++image) {
    look.seed = static_cast<std::uint64_t>(image) + 1;
    sem::Random random(look.seed << 20);
    OSTRACON_TRY_ASSIGN(const Payload sent, random_payload(look.seed));
    const double y = 0.5 * look.rows + random.uniform(-kMostOffset, kMostOffset);
    const double x = 0.5 * look.cols + random.uniform(-kMostOffset, kMostOffset);
    const test::QrScene scene = test::draw_qr_scene(look, {{sent.matrix, y, x}});
    if (!options.folder.empty()) OSTRACON_TRY(write_image(options, image, scene, sent.bytes));
    OSTRACON_TRY(try_all(reader, peers, scene, {sent.bytes}, tallies));
  }
  for (const Tally& tally : tallies) {
    const Interval share = share_interval(tally.read, options.images);
    std::printf(
        R"({"case":"%s","reader":"%s","images":%lld,)"
        R"("found":%lld,"read":%lld,"wrong":%lld,"share_low":%.4f,"share_high":%.4f,"ms":%.2f})"
        "\n",
        name_of(options).c_str(), tally.reader.c_str(), static_cast<long long>(options.images),
        static_cast<long long>(tally.found), static_cast<long long>(tally.read),
        static_cast<long long>(tally.wrong), share.low, share.high,
        1e3 * tally.cpu_s / static_cast<double>(options.images));
    std::fflush(stdout);
  }
  return Ok{};
}

Result<> run_field(Backend& backend, const std::vector<Peer>& peers, int codes_a_side, double snr) {
  test::QrSceneOptions options{.rows = 4096, .cols = 4096, .blur_modules = 0.25, .snr = snr};
  options.samples = 2;
  std::vector<test::DrawnCode> codes = test::code_array(
      options, kPayloadVersion, codes_a_side, codes_a_side, codes_a_side == 31 ? 33 : 37, 1);
  std::vector<Bytes> written;
  for (test::DrawnCode& code : codes) {
    OSTRACON_TRY_ASSIGN(Payload sent, random_payload(written.size() + 1));
    code.matrix = std::move(sent.matrix);
    written.push_back(std::move(sent.bytes));
  }
  const test::QrScene scene = test::draw_qr_scene(options, std::move(codes));
  OSTRACON_TRY_ASSIGN(CodeReader reader, CodeReader::create(backend, options.rows, options.cols));
  std::vector<Tally> first = tallies_of(peers);  // fills tables, and is not timed
  OSTRACON_TRY(try_all(reader, {}, scene, written, first));
  std::vector<Tally> tallies = tallies_of(peers);
  OSTRACON_TRY(try_all(reader, peers, scene, written, tallies));
  for (const Tally& tally : tallies)
    std::printf(R"({"case":"qr_field/%zu/snr%.1f","reader":"%s","read":%lld,"wrong":%lld,)"
                R"("cpu_ms":%.1f,"mpx_per_s":%.1f})"
                "\n",
                written.size(), snr, tally.reader.c_str(), static_cast<long long>(tally.read),
                static_cast<long long>(tally.wrong), 1e3 * tally.cpu_s,
                1e-6 * options.rows * options.cols / tally.cpu_s);
  std::fflush(stdout);
  return Ok{};
}

}  // namespace ostracon::bench
