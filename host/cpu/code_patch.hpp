#pragma once
// The pixels about one code, means over a module each, and what its modules say of its map.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "host/cpu/code_pyramid.hpp"
#include "host/steps/code_fit.hpp"
#include "host/steps/code_patch_scale.hpp"
#include "host/steps/code_patterns.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::cpu {

class CodePatch {
 public:
  /// Takes the pixels of a code and four modules about it, means over boxes; the border's beyond
  /// the border. False if the map lies outside the image.
  bool take(const CodePyramid& pyramid, const CodeMap& map, const steps::CodePattern& pattern,
            const steps::PatchScale& scale);

  /// Looks at all modules where the map puts them, interpolated between pixels.
  void look(const CodeMap& map);

  const steps::CodeLevels& levels() const { return levels_; }  ///< of the last look
  std::span<float> values();                                   ///< of the last look, [side][side]

  /// A step of the map from the last look: how far it moved, px of the level; negative if there is
  /// no maximum near by.
  float step(CodeMap& map);

  /// Moves the map by whole pixels of the level, at most 3 modules along each axis, to where
  /// known modules agree best; `sign` is -1 where light and dark are changed.
  void shift(float sign, CodeMap& map);

 private:
  const steps::CodePattern* pattern_ = nullptr;
  float pixel_ = 1;                 // px of the level in one of the image
  std::array<float, 2> origin_{};   // of boxes, px of the level less what their first pixel differs
  ImageView<const float> boxes_{};  // the pixels, or means of them
  std::vector<float> column_, taken_;  // room for means
  std::vector<float> here_, down_, right_, bend_;
  std::vector<std::ptrdiff_t> places_;
  std::vector<float> signs_;
  steps::CodeLevels levels_;
};

}  // namespace ostracon::cpu
