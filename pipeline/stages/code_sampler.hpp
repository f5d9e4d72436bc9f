#pragma once
// A stage of the QR chain: pixels become soft modules.
//
//   CodeFinder --LocatedCode--> [ CodeSampler ] --Llr--> CodeDecoder

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/llr.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon {

struct CodeSamplerConfig {
  std::int32_t rows = 0, cols = 0;  ///< of the image, > 0
};

/// How a code shows in the image.
struct CodeSignal {
  float level = 0;     ///< of its middle, halfway between light and dark, as pixels are scaled
  float contrast = 0;  ///< half the difference of wide light and dark areas; < 0: dark is brighter
  float noise = 0;     ///< rms of a module's mean, what neighbours do left out
  float centre = 1;    ///< of a module's contrast, the share that stays in its own mean
  float snr_db = 0;    ///< power of a module over that of what the equaliser leaves
};

class CodeSampler {
 public:
  virtual ~CodeSampler() = default;

  /// Every module's mean, a pixel counting by how much of it lies in the module; then what
  /// neighbours add is taken out by 5 x 5 taps of least mean square error. Their shares, one for
  /// each direction of the eight neighbours, are learnt from the known modules of all codes
  /// together; brightness (a plane), contrast and noise from those of each code. What is too bright
  /// or too dark for a module, or for two or four together, is dirt: it is taken out with what
  /// continues it, modules at its border that look like it are held for little, and nothing is
  /// surer than that a module in 30 shows some.
  ///
  ///   image    in the memory of the backend that made this stage, as are
  ///   modules  [sum of side * side]: code after code, row-major: ln(P(light) / P(dark)); 0 where
  ///            the module lies beyond the image or shows dirt
  ///
  /// Returns one signal a code; a contrast of 0 where a code shows nothing: its modules are 0.
  /// Errors: kInvalidArgument if the image has another shape than planned, or a version does not
  /// exist; kDevice.
  virtual Result<std::vector<CodeSignal>> run(ImageView<const float> image,
                                              std::span<const LocatedCode> codes, Llr* modules) = 0;
};

/// The checks of a config, shared by all backends.
Result<> check(const CodeSamplerConfig& config);
/// And of one call.
Result<> check_sampled(const CodeSamplerConfig& config, std::int32_t rows, std::int32_t cols,
                       std::span<const LocatedCode> codes);

}  // namespace ostracon
