#pragma once
// An array of codes from some of them: where the next ones stand, and where none was found.

#include <array>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "host/steps/code_array.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::steps {

/// Neighbours are expected where those found put them, by their own maps, so that an array is
/// followed wherever it drifts.
class CodeGrowth {
 public:
  /// From `seeds`, in an image of rows x cols.
  CodeGrowth(const std::vector<LocatedCode>& seeds, std::int32_t rows, std::int32_t cols);

  /// Codes not tried yet beside those found last, not mirrored; none once all were tried. Only
  /// those with all their modules within the image.
  std::vector<LocatedCode> expected();

  /// What has become of them, in that order; a score of 0: not there.
  void take(const std::vector<LocatedCode>& fitted);

  /// The seeds that stand in the array, and what was taken.
  const std::vector<LocatedCode>& codes() const { return codes_; }

 private:
  using Place = std::array<std::int32_t, 2>;  // in the array
  static std::int64_t key(Place place) {
    return (std::int64_t{place[0]} << 32) ^ (std::int64_t{place[1]} & 0xFFFFFFFF);
  }

  void add(const LocatedCode& code, Place place);
  /// The code at a place as those beside it put it, the mean of what they say.
  LocatedCode predicted(Place place, std::size_t beside) const;

  std::int32_t rows_, cols_;
  ArraySteps steps_;
  std::vector<LocatedCode> codes_;
  std::vector<Place> places_;                           // of codes_
  std::unordered_map<std::int64_t, std::size_t> held_;  // by place
  std::unordered_set<std::int64_t> tried_;
  std::vector<Place> asked_;
  std::size_t fresh_ = 0;  // the first whose neighbours were not asked for
};

/// A part of an image, px.
struct ImagePart {
  std::int32_t top, left, rows, cols;
};

/// Parts of an image of rows x cols that hold the finder patterns of every code of the lattice that
/// is not over one of `codes`.
std::vector<ImagePart> gaps_between(const std::vector<LocatedCode>& codes,
                                    const CodeLattice& lattice, std::int32_t rows,
                                    std::int32_t cols);

}  // namespace ostracon::steps
