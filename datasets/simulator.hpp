#pragma once
// A simulated microscope: looks at the pages of a plate one after the other.
//
// Physics (units: modules for lengths, the bright level = 1 for signals):
//   signal = 1 - contrast * S, S = pits convolved with a Gaussian; bright edges, dirt, charging
//   electrons = Poisson(N_e / frames / p^2 * gain * signal) + detector noise
//   DN = offset + dn_per_electron * electrons, rounded and clipped
// Pixels are point samples. The result depends on (profile, plate, seed, field) alone, not on the
// number of threads.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "datasets/plate_source.hpp"
#include "datasets/profile.hpp"

namespace ostracon::sem {

/// What was simulated, for tests and for the truth part of a scan file.
struct FieldTruth {
  static constexpr std::int32_t kLatticeStep = 16;  ///< modules

  std::uint32_t page = 0;
  std::array<double, 2> stage_offset_modules{};  ///< field centre minus page centre (row, col)
  /// Pixel (y, x) of module (kLatticeStep * i, kLatticeStep * j) without any motion, row-major
  /// lattice_rows x lattice_cols.
  std::int32_t lattice_rows = 0, lattice_cols = 0;
  std::vector<std::array<float, 2>> lattice;
  /// Motion (y, x) of the content in the middle row of each frame, jitter and mains apart: the
  /// module is seen at lattice + frame_shift.
  std::vector<std::array<float, 2>> frame_shift;
  /// The same for every row, [frame][y]; `row_motion` has jitter and mains in it.
  std::vector<std::array<float, 2>> row_shift, row_motion;
  double bright_electrons = 0;  ///< a pixel and frame, shading apart
  double dn_per_electron = 0, offset_dn = 0;
  std::vector<std::uint8_t> modules;  ///< of the page as written, write errors included
  std::vector<std::uint8_t> damaged;  ///< 1 = dirt touches this module of the page
};

class Simulator {
 public:
  /// `source` must outlive the simulator. kInvalidArgument: a parameter (see check), a plate
  /// without pages, page sides outside 1..8192, a frame above 2^28 pixels.
  static Result<Simulator> create(const Profile& profile, PlateSource& source, std::uint64_t seed);
  Simulator(Simulator&&) noexcept;
  Simulator& operator=(Simulator&&) noexcept;
  ~Simulator();

  /// One field a page, in the order of the pages.
  std::int64_t fields() const;
  FieldShape shape() const;
  const Profile& profile() const;
  double pixel_size_nm() const;
  /// DN of the images: as in the profile, or as chosen from it.
  double dn_per_electron() const;
  double offset_dn() const;

  /// Fills `frames` (shape().bytes() bytes, [frame][y][x], host byte order), rows in parallel;
  /// `truth` may be null. One call at a time. kInvalidArgument: `field` or size; kOutOfMemory;
  /// errors of the source.
  Result<> render(std::int64_t field, std::span<std::byte> frames, FieldTruth* truth);

 private:
  struct State;
  explicit Simulator(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ostracon::sem
