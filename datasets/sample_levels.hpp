#pragma once
// How bright the pixels of random data are, before any noise.

#include <vector>

#include "datasets/surface.hpp"

namespace ostracon::sem {

/// Signals (land 1) of a few hundred pixels over random modules, without dirt.
std::vector<float> sample_levels(const Profile& profile, const SurfaceTables& tables,
                                 double pitch_nm);

}  // namespace ostracon::sem
