#pragma once
#include "pipeline/stages/deinterleaver.hpp"

namespace ostracon::cpu {

Result<std::unique_ptr<Deinterleaver>> make_deinterleaver(const DeinterleaverConfig& config);

}  // namespace ostracon::cpu
