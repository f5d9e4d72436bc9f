#include "bench/qr/tally.hpp"

#include <algorithm>

#include "bench/harness.hpp"
#include "datasets/random.hpp"
#include "format/qr/encoder.hpp"

namespace ostracon::bench {
namespace {

constexpr std::size_t kPayloadBytes = 42;  // all that version 3-M holds

Result<PeerReadings> read_own(CodeReader& reader, const test::QrScene& scene, Tally& tally) {
  const auto& options = scene.options;
  OSTRACON_TRY_ASSIGN(const auto readings,
                      reader.run({scene.pixels.data(), options.rows, options.cols, options.cols}));
  tally.found += static_cast<std::int64_t>(readings.size());
  PeerReadings bytes;
  for (const CodeReading& one : readings)
    if (one.decoded.verdict == CodeVerdict::kRead)
      bytes.push_back(format::qr::bytes_of(one.decoded.stream.message.segments));
  return bytes;
}

}  // namespace

Result<Payload> random_payload(std::uint64_t seed) {
  sem::Random random(seed);
  Bytes bytes(kPayloadBytes);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.word());
  OSTRACON_TRY_ASSIGN(auto matrix,
                      format::qr::encode_bytes(bytes, {.version = kPayloadVersion, .mask = {}}));
  return Payload{bytes, std::move(matrix)};
}

void Tally::count(const PeerReadings& readings, const std::vector<Bytes>& written) {
  std::vector<bool> seen(written.size(), false);
  for (const Bytes& bytes : readings) {
    const auto match = std::find(written.begin(), written.end(), bytes);
    if (match == written.end())
      ++wrong;
    else
      seen[static_cast<std::size_t>(match - written.begin())] = true;
  }
  read += std::count(seen.begin(), seen.end(), true);
}

std::vector<Tally> tallies_of(const std::vector<Peer>& peers) {
  std::vector<Tally> tallies{{.reader = "ostracon"}};
  for (const Peer& peer : peers) tallies.push_back({.reader = peer.name});
  return tallies;
}

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

Result<> try_all(CodeReader& reader, const std::vector<Peer>& peers, const test::QrScene& scene,
                 const std::vector<Bytes>& written, std::vector<Tally>& tallies) {
  double start = seconds(Clock::kProcess);
  OSTRACON_TRY_ASSIGN(const PeerReadings own, read_own(reader, scene, tallies[0]));
  tallies[0].cpu_s += seconds(Clock::kProcess) - start;
  tallies[0].count(own, written);
  if (peers.empty()) return Ok{};
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

}  // namespace ostracon::bench
