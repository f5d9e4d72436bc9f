#pragma once
// What became of one QR code of a picture. Plain values; io/ writes them.

#include "pipeline/code_decoder.hpp"
#include "pipeline/located_code.hpp"
#include "pipeline/stages/code_sampler.hpp"

namespace ostracon {

struct CodeReading {
  LocatedCode located;
  CodeSignal signal;
  DecodedCode decoded;
};

}  // namespace ostracon
