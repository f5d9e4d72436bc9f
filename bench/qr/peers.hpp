#pragma once
// Other readers of QR codes, as libraries, where the build has found them.

#include <cstdint>
#include <string>
#include <vector>

#include "core/view.hpp"

namespace ostracon::bench {

/// What a peer read in an image: the bytes of each code.
using PeerReadings = std::vector<std::vector<std::uint8_t>>;

struct Peer {
  std::string name;
  /// All codes of an image of 8-bit grey.
  PeerReadings (*read)(ImageView<const std::uint8_t> image);
};

/// Those that this build has; each with its settings for the hardest images.
std::vector<Peer> qr_peers();

}  // namespace ostracon::bench
