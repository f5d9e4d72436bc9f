#pragma once
// What the kernels of the code finder look at: the levels of an image, and what is known of every
// version of symbols. Plain structs of device addresses, so that kernels take them by value.

#include <cstdint>
#include <vector>

#include "core/buffer.hpp"
#include "format/qr/symbol.hpp"
#include "host/steps/code_passes.hpp"
#include "host/steps/code_patterns.hpp"
#include "pipeline/rules/code_window.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kMostLevels = 8;  ///< for pitches to 200 px: 7
struct CodeLevelViews {
  ImageView<const float> of[kMostLevels];
};

/// Of one version.
struct DevicePattern {
  std::int32_t side;
  std::int32_t first_known;  ///< in the list of known modules
  std::int32_t finders;      ///< so many of finder patterns and separators, then
  std::int32_t others;       ///< the others
  std::int32_t first_light;  ///< of [side][side]: +1, -1, or 0 where the version does not say
  float mean_light;          ///< of known modules
  double lights, darks;      ///< known modules of either kind
  /// Modules [copy][bit] of the format, row * side + column.
  std::int32_t format[2][format::qr::kFormatBits];
};

struct PatternTables {
  const DevicePattern* versions;  ///< [version], the first is none
  const steps::KnownModule* known;
  const std::int8_t* light;
};

/// The tables of all versions in a device's memory.
class CodeTables {
 public:
  static Result<CodeTables> create(Memory& memory);
  PatternTables view() const { return {versions_.data(), known_.data(), light_.data()}; }

 private:
  CodeTables(Buffer<DevicePattern> versions, Buffer<steps::KnownModule> known,
             Buffer<std::int8_t> light)
      : versions_(std::move(versions)), known_(std::move(known)), light_(std::move(light)) {}

  Buffer<DevicePattern> versions_;
  Buffer<steps::KnownModule> known_;
  Buffer<std::int8_t> light_;
};

/// A code as kernels take it.
struct DeviceCode {
  rules::CodeTerms map;
  std::int32_t version, level;
  float sign;  ///< -1 where light and dark are changed
};

}  // namespace ostracon::cuda
