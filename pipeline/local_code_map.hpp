#pragma once
// The map of a code from those of the codes about it, which stand in rows and columns.

#include <array>
#include <cstdint>
#include <optional>

#include "pipeline/located_code.hpp"

namespace ostracon {

/// Modules (rows, columns) from a code to the next one in its column, and in its row.
using CodeSteps = std::array<std::array<float, 2>, 2>;

/// Px (y, x) of a way in modules, by a code's axes alone.
std::array<float, 2> step_px(const CodeMap& map, const std::array<float, 2>& modules);

/// Least squares of a quadratic in rows and columns of codes, through the middles of codes and
/// along their axes; a little it is believed to be straight.
class LocalCodeMap {
 public:
  explicit LocalCodeMap(const CodeSteps& steps) : steps_(steps) {}

  /// A code so many rows and columns of codes away.
  void add(const CodeMap& map, std::int32_t rows, std::int32_t cols);

  /// The map at no distance; none without codes, or where the steps make no area.
  std::optional<CodeMap> map() const;

 private:
  static constexpr std::size_t kTerms = 6;  // 1, i, j, i^2, i j, j^2
  void add(const std::array<double, kTerms>& terms, const std::array<float, 2>& value,
           double weight);

  CodeSteps steps_;
  std::optional<float> middle_;
  std::array<double, kTerms * kTerms> normal_{};
  std::array<std::array<double, kTerms>, 2> right_{};
};

}  // namespace ostracon
