#pragma once
#include <memory>

#include "pipeline/stages/pitch_finder.hpp"

namespace ostracon::cpu {
Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& config);
}  // namespace ostracon::cpu
