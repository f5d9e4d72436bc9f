#pragma once
// Single codes and fields of codes of version 3-M, at 4 px a module.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "bench/qr/tally.hpp"
#include "pipeline/backend.hpp"

namespace ostracon::bench {

struct PointOptions {
  double snr = 0, blur_modules = 0, angle_deg = 0;
  std::int64_t first = 0, images = 0;  ///< which of the point's images
  /// Where the images are written as they are tried; void: nowhere.
  std::filesystem::path folder = {};
};

/// One code near the middle of 512 x 512 px an image, grid unknown. Prints a line a reader: images
/// read (95 % interval), readings that are wrong, CPU time an image. Image number k is the same in
/// every run. Errors: those of the reader; kIo if an image cannot be written.
Result<> run_point(Backend& backend, const std::vector<Peer>& peers, const PointOptions& options);

/// A 4096 x 4096 px field of codes_a_side^2 codes at blur 0.25: 31 with gaps of 4 modules, 27 with
/// quiet zones of their own. Prints a line a reader: codes read, CPU time, Mpx/s.
Result<> run_field(Backend& backend, const std::vector<Peer>& peers, int codes_a_side, double snr);

}  // namespace ostracon::bench
