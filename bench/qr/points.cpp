// QR codes in grey images, beside the peers that this build has, one JSON line a case and reader:
//   qr/snr../blur../angle..   version 3-M, 4 px a module, one code in 512 x 512 px, grid unknown:
//                             images whose bytes were read (95 % interval), wrong ones, CPU time
//   qr_field/N                a 4096 x 4096 px field of N such codes: how many, Mpx/s of one core

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "bench/harness.hpp"
#include "bench/interval.hpp"
#include "bench/qr_peers.hpp"
#include "datasets/random.hpp"
#include "format/qr/encoder.hpp"
#include "pipeline/code_reader.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::bench {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int kVersion = 3;
constexpr std::size_t kBytes = 42;  // all that version 3-M holds

struct Payload {
  Bytes bytes;
  format::qr::Matrix matrix;
};

Result<Payload> payload(std::uint64_t seed) {
  sem::Random random(seed);
  Bytes bytes(kBytes);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.word());
  OSTRACON_TRY_ASSIGN(auto matrix,
                      format::qr::encode_bytes(bytes, {.version = kVersion, .mask = {}}));
  return Payload{bytes, std::move(matrix)};
}

/// As a camera of 8 bits would give it: six sigma of noise on either side fit in.
std::vector<std::uint8_t> grey(const test::QrScene& scene) {
  const double sigma = scene.options.snr > 0 ? 1 / scene.options.snr : 0;
  const double scale = 250 / (1 + 6 * sigma);
  std::vector<std::uint8_t> pixels;
  pixels.reserve(scene.pixels.size());
  for (const float pixel : scene.pixels)
    pixels.push_back(static_cast<std::uint8_t>(
        std::clamp(128 + scale * (static_cast<double>(pixel) - 0.5), 0.0, 255.0)));
  return pixels;
}

struct Tally {
  std::string reader;
  std::int64_t read = 0, wrong = 0;
  double cpu_s = 0;

  /// Counts the payloads among what was read, each once.
  void count(const PeerReadings& readings, const std::vector<Bytes>& written) {
    std::vector<bool> seen(written.size(), false);
    for (const Bytes& bytes : readings) {
      const auto found = std::find(written.begin(), written.end(), bytes);
      if (found == written.end())
        ++wrong;
      else
        seen[static_cast<std::size_t>(found - written.begin())] = true;
    }
    read += std::count(seen.begin(), seen.end(), true);
  }
};

Result<PeerReadings> read_own(CodeReader& reader, const test::QrScene& scene) {
  const auto& options = scene.options;
  OSTRACON_TRY_ASSIGN(const auto readings,
                      reader.run({scene.pixels.data(), options.rows, options.cols, options.cols}));
  PeerReadings bytes;
  for (const CodeReading& one : readings)
    if (one.decoded.verdict == CodeVerdict::kRead)
      bytes.push_back(format::qr::bytes_of(one.decoded.stream.message.segments));
  return bytes;
}

/// One image to all readers.
Result<> try_all(CodeReader& reader, const std::vector<Peer>& peers, const test::QrScene& scene,
                 const std::vector<Bytes>& written, std::vector<Tally>& tallies) {
  double start = seconds(Clock::kProcess);
  OSTRACON_TRY_ASSIGN(const PeerReadings own, read_own(reader, scene));
  tallies[0].cpu_s += seconds(Clock::kProcess) - start;
  tallies[0].count(own, written);
  const std::vector<std::uint8_t> pixels = grey(scene);
  const auto& options = scene.options;
  for (std::size_t k = 0; k < peers.size(); ++k) {
    start = seconds(Clock::kProcess);
    const PeerReadings theirs =
        peers[k].read({pixels.data(), options.rows, options.cols, options.cols});
    tallies[k + 1].cpu_s += seconds(Clock::kProcess) - start;
    tallies[k + 1].count(theirs, written);
  }
  return Ok{};
}

std::vector<Tally> tallies_of(const std::vector<Peer>& peers) {
  std::vector<Tally> tallies{{.reader = "ostracon"}};
  for (const Peer& peer : peers) tallies.push_back({.reader = peer.name});
  return tallies;
}

Result<> run_point(Backend& backend, const std::vector<Peer>& peers, std::int64_t images,
                   const test::QrSceneOptions& options) {
  OSTRACON_TRY_ASSIGN(CodeReader reader, CodeReader::create(backend, options.rows, options.cols));
  std::vector<Tally> tallies = tallies_of(peers);
  for (std::int64_t image = 0; image < images; ++image) {
    test::QrSceneOptions one = options;
    one.seed = static_cast<std::uint64_t>(image) + 1;
    sem::Random random(one.seed << 20);
    OSTRACON_TRY_ASSIGN(const Payload sent, payload(one.seed));
    const double y = 0.5 * one.rows + random.uniform(-20, 20);
    const double x = 0.5 * one.cols + random.uniform(-20, 20);
    const test::QrScene scene = test::draw_qr_scene(one, {{sent.matrix, y, x}});
    OSTRACON_TRY(try_all(reader, peers, scene, {sent.bytes}, tallies));
  }
  for (const Tally& tally : tallies) {
    const Interval share = share_interval(tally.read, images);
    std::printf(R"({"case":"qr/snr%.2f/blur%.2f/angle%.0f","reader":"%s","images":%lld,)"
                R"("read":%lld,"wrong":%lld,"share_low":%.4f,"share_high":%.4f,"ms":%.2f})"
                "\n",
                options.snr, options.blur_modules, options.angle_deg, tally.reader.c_str(),
                static_cast<long long>(images), static_cast<long long>(tally.read),
                static_cast<long long>(tally.wrong), share.low, share.high,
                1e3 * tally.cpu_s / static_cast<double>(images));
    std::fflush(stdout);
  }
  return Ok{};
}

Result<> run_field(Backend& backend, const std::vector<Peer>& peers, int codes_a_side, double snr) {
  test::QrSceneOptions options{.rows = 4096, .cols = 4096, .blur_modules = 0.25, .snr = snr};
  options.samples = 2;
  std::vector<test::DrawnCode> codes = test::code_array(
      options, kVersion, codes_a_side, codes_a_side, codes_a_side == 31 ? 33 : 37, 1);
  std::vector<Bytes> written;
  for (test::DrawnCode& code : codes) {
    OSTRACON_TRY_ASSIGN(Payload sent, payload(written.size() + 1));
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

Result<> run(std::int64_t images, const std::vector<double>& snrs, bool fields) {
  OSTRACON_TRY_ASSIGN(const auto backend, make_backend(BackendKind::kCpu));
  const std::vector<Peer> peers = qr_peers();
  constexpr std::array kBlurs{0.0, 0.25, 0.35, 0.5};
  constexpr std::array kGoals{1.6, 2.3, 2.6, 5.0};  // signal to noise at which 99 % are to be read
  for (std::size_t k = 0; k < kBlurs.size() && images > 0; ++k)
    for (const double angle : {0.0, 7.0}) {
      const auto point = [&](double snr) {
        return run_point(*backend, peers, images,
                         {.angle_deg = angle, .blur_modules = kBlurs[k], .snr = snr});
      };
      if (snrs.empty()) OSTRACON_TRY(point(kGoals[k]));
      for (const double snr : snrs) OSTRACON_TRY(point(snr));
    }
  if (!fields) return Ok{};
  for (const int side : {31, 27})
    for (const double snr : {2.3, 20.0}) OSTRACON_TRY(run_field(*backend, peers, side, snr));
  return Ok{};
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  CLI::App app("QR codes in grey images: how many are read, how fast, beside other readers");
  std::int64_t images = 100;
  std::vector<double> snrs;
  bool no_fields = false;
  app.add_option("--images", images, "Images a point; 0: none")->check(CLI::NonNegativeNumber);
  app.add_option("--snr", snrs, "Level difference over noise sigma of a pixel; none: the goals");
  app.add_flag("--no-fields", no_fields, "Leave the fields out");
  CLI11_PARSE(app, argc, argv);
  if (const auto done = ostracon::bench::run(images, snrs, !no_fields); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return 1;
  }
}
