#pragma once
// Peaks of the contrast of finder templates: the first pass of the code finder.

#include <span>
#include <vector>

#include "kernels/code_tables.hpp"
#include "kernels/core/device.hpp"
#include "kernels/core/room.hpp"

namespace ostracon::cuda {

/// A cell of 48 x 64 pixels of one search.
struct DeviceSearch {
  ImageView<const float> image;  ///< the part that is searched
  std::int32_t reach;            ///< px from a cell, that its peaks depend on
  std::int32_t first_place;      ///< of the template: those where light is looked at, then dark
  std::int32_t lights, darks;
  std::int32_t first_cell, across;  ///< cells beside each other
  float least_contrast, least_rms;
};

struct DevicePeak {
  std::uint32_t cell, pixel;  ///< the order of peaks
  float y, x;                 ///< px of the level, within the part
  float contrast, strength;
};

class FinderPeaks {
 public:
  /// `most_at_once` peaks come down together, what one cell may have at least; an image with more
  /// is searched in parts. Errors: kDevice.
  static Result<FinderPeaks> create(Device& device, std::int64_t most_at_once = 1 << 18);

  /// As steps::CodePasses::find_peaks. Errors: kInvalidArgument for a template that reaches more
  /// than about 40 px; kOutOfMemory; kDevice.
  Result<std::vector<steps::FinderPeak>> run(const CodeLevelViews& levels,
                                             std::span<const steps::PeakSearch> searches);

 private:
  FinderPeaks(Device& device, std::size_t most_shared, std::int64_t most_at_once)
      : device_(&device), most_shared_(most_shared), most_at_once_(most_at_once) {}

  /// Plans cells for searches; how many.
  Result<std::int64_t> plan(const CodeLevelViews& levels,
                            std::span<const steps::PeakSearch> searches);
  /// Appends the peaks of some cells; false, with none, if there is no room for so many.
  Result<bool> search_cells(std::int64_t first, std::int64_t count);

  Device* device_;
  std::size_t most_shared_;
  std::int64_t most_at_once_;
  std::vector<DeviceSearch> planned_;
  std::vector<steps::PixelOffset> places_;
  std::vector<DevicePeak> found_;
  std::size_t shared_ = 0;  // bytes of a block
  Room<DeviceSearch> searches_on_device_;
  Room<steps::PixelOffset> places_on_device_;
  Room<DevicePeak> peaks_on_device_;
  Room<std::uint32_t> count_on_device_;
  // As put last.
  const DeviceSearch* searches_ = nullptr;
  const steps::PixelOffset* offsets_ = nullptr;
};

}  // namespace ostracon::cuda
