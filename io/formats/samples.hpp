#pragma once
// Samples of any type, from the order in which a file has them into frames. Private to io/.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"

namespace ostracon::io {

enum class SampleKind : std::uint8_t { kUnsigned, kSigned, kFloat };

/// A number as a file stores it: integers of 1, 2, 4, 8 bytes, floats of 4 and 8.
struct SampleType {
  SampleKind kind = SampleKind::kUnsigned;
  std::uint8_t bytes = 1;

  bool operator==(const SampleType&) const = default;
};

std::string to_string(SampleType type);  ///< "uint8", "int16", "float64"
SampleType sample_type(PixelType type);
/// As what samples are read before anybody has looked at them: as what they are, else as float32.
PixelType read_as(SampleType type);

/// Where samples of an array go: sample (i, j, ...) to i * strides[0] + j * strides[1] + ...
struct Placement {
  std::vector<std::size_t> sides, strides;
};

/// Copies native-endian samples, in order of the array, to their places; converts to `to`, rounded
/// where it must be. Uses the threads of the calling arena.
///   from   product of sides * type.bytes bytes
void place_samples(std::span<const std::byte> from, SampleType type, const Placement& placement,
                   PixelType to, std::byte* frames);

/// What is known of samples that were looked at.
struct SampleSurvey {
  bool fit_u16 = true;      ///< whole numbers from 0 to 65535 all of them
  bool fit_f32 = true;      ///< float32 holds all of them exactly
  std::string first_unfit;  ///< the first sample, as text, that neither holds

  void look(std::span<const std::byte> samples, SampleType type);
};

/// What holds the samples that were looked at exactly; kBadInput, beginning with `what`, names one
/// that nothing does.
Result<PixelType> exact_type(const SampleSurvey& survey, SampleType stored,
                             const std::string& what);

}  // namespace ostracon::io
