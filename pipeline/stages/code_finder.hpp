#pragma once
// QR codes in a grey image: where they lie, with nothing known but the image.
//
//   image --> [ CodeFinder ] --LocatedCode--> CodeSampler

#include <vector>

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon {

struct CodeFinderConfig {
  std::int32_t rows = 0, cols = 0;                  ///< of the image, 32 to 65535 each
  float min_pitch_px = 1.9F, max_pitch_px = 20.0F;  ///< 1 to 200
  std::int32_t max_codes = 8192;                    ///< the best are kept
  /// The codes of an image share pitch and angle, as those of one plate do: they are learnt in the
  /// middle of a large image, and the rest is searched for them alone, several times faster. Where
  /// the middle has no such codes, all of it is searched as without.
  bool one_lattice = true;
};

class CodeFinder {
 public:
  virtual ~CodeFinder() = default;

  /// Finder patterns are found by correlation with grey levels, in images of halved size where the
  /// pitch is large, at every angle; three that can belong to one symbol, of the version that
  /// its timing and alignment patterns bear out, are a code. Where codes stand in rows and
  /// columns, gaps are tried too. The map of each is fitted to all its modules, known and unknown.
  ///
  /// Brightness and contrast may have any scale; pixels must be finite. In order of the middle's y,
  /// then x. An image without codes gives an empty list.
  /// Errors: kInvalidArgument if the image has another shape than planned.
  virtual Result<std::vector<LocatedCode>> run(ImageView<const float> image) = 0;
};

/// The checks of a config, shared by all backends.
Result<> check(const CodeFinderConfig& config);
/// And of the image of one call.
Result<> check_image(const CodeFinderConfig& config, std::int32_t rows, std::int32_t cols);

}  // namespace ostracon
