#pragma once
// The truth of simulated fields. Private to io/; the recovery never reads what is written here.

#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "datasets/simulator.hpp"
#include "io/hdf5_handle.hpp"

namespace ostracon::io::hdf5 {

/// Writes `/truth/scanN`, one entry a field in every data set:
///   page            u32 [field]
///   stage_offset    f64 [field, 2] modules (row, col), field centre minus page centre
///   lattice         f32 [field, i, j, 2] pixel (y, x) of module (16 i, 16 j) without motion
///   frame_shift     f32 [field, frame, 2] pixels (y, x)
///   row_motion      f32 [field, frame * rows, 2] pixels (y, x), jitter and mains in it
///   bright_electrons, dn_per_electron, offset_dn   f64 [field]
///   modules, damaged   u8 [field, module], row-major
class TruthWriter {
 public:
  /// `first` says the sizes, which all other fields must share.
  static Result<std::unique_ptr<TruthWriter>> create(const Handle& file, std::int32_t scan,
                                                     const sem::FieldTruth& first);
  /// kInvalidArgument if sizes differ from the first's; kIo. `what` names the field.
  Result<> append(const sem::FieldTruth& truth, const std::string& what);

 private:
  struct Part;
  static std::vector<Part> parts_of(const sem::FieldTruth& truth);

  std::vector<Handle> datasets_;
  std::vector<std::vector<hsize_t>> tails_;
};

}  // namespace ostracon::io::hdf5
