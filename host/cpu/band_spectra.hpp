#pragma once
#include <memory>

#include "host/steps/band_spectra.hpp"

namespace ostracon::cpu {
std::unique_ptr<steps::BandSpectra> make_band_spectra(const steps::BandPlan& plan);
}  // namespace ostracon::cpu
