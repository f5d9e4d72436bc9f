#pragma once
// The fit of codes' maps: looks at all modules of many codes, one after the other, the maps moved
// on the host between them.

#include <span>
#include <vector>

#include "host/steps/code_approach.hpp"
#include "kernels/code_tables.hpp"
#include "kernels/core/device.hpp"
#include "kernels/core/room.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kFitSums = 2 * steps::kFitTerms + 3;

/// A code as it is looked at: its map counts from pixel (top, left) of the level, of the image's
/// pixels all the same.
struct DeviceFit {
  DeviceCode code;
  float pixel;  ///< px of the level in one of the image
  std::int32_t top, left;
  std::int32_t box;
  std::int32_t most;  ///< px of the level, that it may be shifted
};

/// What was seen of it.
struct DeviceFitSums {
  double of_terms[kFitSums];  ///< steps::FitTotals, member after member
  rules::CodeLevels levels;
  /// As steps::FormatSums, of values as they are.
  float format[2][format::qr::kFormatBits];
};

/// The best whole step, px of the level.
struct DeviceShift {
  std::int32_t down, right;
};

class CodeFits {
 public:
  explicit CodeFits(Device& device) : device_(&device) {}

  /// As steps::CodePasses::fit. Errors: kOutOfMemory, kDevice.
  Result<> run(const CodeLevelViews& levels, const PatternTables& tables,
               std::span<const steps::LevelSize> sizes, std::span<LocatedCode> codes,
               steps::FitStart start);

 private:
  /// A code on its way.
  struct Fit {
    steps::CodeApproach approach;
    std::size_t code;  // of those given
    DeviceFitSums seen{};
  };

  /// Those of the fits that wait for something, as the device takes them.
  Result<const DeviceFit*> put(std::span<Fit> fits, steps::CodeApproach::Next next);
  Result<> shift(const CodeLevelViews& levels, const PatternTables& tables, std::span<Fit> fits);
  Result<> look(const CodeLevelViews& levels, const PatternTables& tables, std::span<Fit> fits);

  Device* device_;
  std::vector<std::size_t> waiting_;
  std::vector<DeviceFit> told_;
  std::vector<DeviceFitSums> sums_;
  std::vector<DeviceShift> shifts_;
  Room<DeviceFit> fits_on_device_;
  Room<DeviceFitSums> sums_on_device_;
  Room<DeviceShift> shifts_on_device_;
};

}  // namespace ostracon::cuda
