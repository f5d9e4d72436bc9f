#pragma once
// The smallest code that was ever written, under the simulated microscope: version 3, 29 x 29
// modules of 49 nm.

#include <array>
#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "datasets/geometry.hpp"
#include "datasets/profile.hpp"
#include "format/qr/symbol.hpp"

namespace ostracon::test {

inline constexpr double kRecordPitchNm = 49;

/// The profile `typical` as one frame: its whole dose of 150 electrons a module (bright level) in
/// one frame, with the scan's motion, shading, detector noise; no dirt, since a scratch as wide as
/// a code hits it or does not. `electrons` > 0: another dose a module.
Result<sem::Profile> record_profile(double pixel_nm, double electrons = 0);

struct RecordFrame {
  std::int32_t rows = 0, cols = 0;
  std::vector<float> pixels;  ///< [rows][cols], DN
  /// Where the code lies, for readers that are told: module (row, col) of pixel (y, x) is
  /// map.module_of({y - shift.y, x - shift.x}), with the drift of the pixel's row.
  sem::FieldMap map;
  std::vector<std::array<float, 2>> shift;  ///< [rows] (y, x)
};

/// One frame of one code on even land, which is as bright as light modules. Errors: those of the
/// simulator.
Result<RecordFrame> record_frame(const format::qr::Matrix& code, const sem::Profile& profile,
                                 std::uint64_t seed);

}  // namespace ostracon::test
