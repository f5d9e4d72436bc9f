#pragma once
// What a reader of QR codes made of images whose codes are known.

#include <cstdint>
#include <string>
#include <vector>

#include "bench/qr/peers.hpp"
#include "core/result.hpp"
#include "format/qr/symbol.hpp"
#include "pipeline/code_reader.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::bench {

using Bytes = std::vector<std::uint8_t>;

/// A version 3-M code full of random bytes, one segment, the mask of the encoder's choice.
struct Payload {
  Bytes bytes;
  format::qr::Matrix matrix;
};
inline constexpr int kPayloadVersion = 3;
Result<Payload> random_payload(std::uint64_t seed);

struct Tally {
  std::string reader;
  std::int64_t read = 0;   ///< payloads that were written and read
  std::int64_t wrong = 0;  ///< readings that say what no code of the image says
  std::int64_t found = 0;  ///< codes that were tried, read or not; peers do not tell
  double cpu_s = 0;        ///< of the whole process

  /// Counts the payloads among what was read, each once.
  void count(const PeerReadings& readings, const std::vector<Bytes>& written);
};

/// "ostracon" and the peers, nothing counted.
std::vector<Tally> tallies_of(const std::vector<Peer>& peers);

/// The scene as a camera of 8 bits would give it: six sigma of noise on either side fit in.
std::vector<std::uint8_t> grey(const test::QrScene& scene);

/// Gives one image to `reader` and to all peers. `written`: what its codes say; of a code that may
/// be read or not, too. `tallies`: of tallies_of(peers).
Result<> try_all(CodeReader& reader, const std::vector<Peer>& peers, const test::QrScene& scene,
                 const std::vector<Bytes>& written, std::vector<Tally>& tallies);

}  // namespace ostracon::bench
