#pragma once
// The reader from its detector on, told where the modules lie: what registration costs in dose.

#include <vector>

#include "bench/dose_curve/genie_sampler.hpp"

namespace ostracon::bench {

/// Matched filter outputs of a page with the margin that the equaliser wants.
struct SampledPage {
  std::int32_t rows = 0, cols = 0;  ///< margin included
  std::vector<float> grid, weight;
  ImageView<float> grid_view() { return {grid.data(), rows, cols, cols}; }
  ImageView<float> weight_view() { return {weight.data(), rows, cols, cols}; }
};

/// Told::kMap: by the backend's own sampler with the true map, drift and shading; Told::kRows: by
/// sample_by_truth. The pulse is the true one. Errors of the backend.
Result<SampledPage> sample_told(Backend& backend, const Point& point, const SimulatedPage& page,
                                const TrueField& field, Told told);

/// Samples as above, then detects and decodes as the blind reader does. Errors of the backend.
Result<PageRecord> read_told(const Point& point, const Plate& plate, const SimulatedPage& page,
                             std::int32_t page_number);

}  // namespace ostracon::bench
