#pragma once
// Soft grids with pages and marks on them, as a lattice tracker leaves them.

#include <memory>
#include <vector>

#include "datasets/random.hpp"
#include "pipeline/locate_page.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/simulated_scan.hpp"

namespace ostracon::test {

inline constexpr std::int32_t kPage = 256;

/// Two pages of one plate; made once, as encoding takes its time.
inline const WrittenPlate& plate() {
  static const std::unique_ptr<WrittenPlate> written = [] {
    format::PlateParameters parameters;
    parameters.geometry = format::default_geometry(kPage, kPage, format::Rate::kFourFifths);
    auto made = WrittenPlate::write(parameters, RandomBytes(500));
    return made ? std::move(made).value() : nullptr;
  }();
  return *written;
}

inline std::vector<std::uint8_t> page_bits(std::uint32_t page) {
  std::vector<std::uint8_t> bits(std::size_t{kPage} * kPage);
  WrittenPlate copy = plate();
  EXPECT_TRUE(copy.read(page, bits).has_value());
  return bits;
}

/// The bits of the mark of a corner, row by row.
inline std::vector<std::uint8_t> mark_bits(std::int32_t corner) {
  std::vector<std::uint8_t> bits;
  for (std::int32_t r = 0; r < format::kFinderSide; ++r)
    for (std::int32_t c = 0; c < format::kFinderSide; ++c)
      bits.push_back(format::finder_bit(corner, r, c));
  return bits;
}

/// A soft grid of random bits on which pages are laid.
class SoftField {
 public:
  SoftField(std::int32_t rows, std::int32_t cols, std::uint64_t seed)
      : rows_(rows), cols_(cols), random_(seed) {
    values_.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols));
    for (std::int8_t& value : values_) value = (random_.word() & 1) != 0 ? kSoft : -kSoft;
  }

  /// A square of modules, of kPage a side if it is not said otherwise. Modules outside the field
  /// are cut.
  void lay(const std::vector<std::uint8_t>& bits, const PagePose& pose, std::int32_t side = kPage) {
    for (std::int32_t r = 0; r < side; ++r)
      for (std::int32_t c = 0; c < side; ++c) {
        const auto [y, x] = field_module(pose, r, c);
        if (y < 0 || x < 0 || y >= rows_ || x >= cols_) continue;
        const bool pit = bits[static_cast<std::size_t>(r * side + c)] != 0;
        values_[index(y, x)] = pit != pose.inverted ? -kSoft : kSoft;
      }
  }
  void flip(double share) {
    for (std::int8_t& value : values_)
      if (random_.uniform() < share) value = static_cast<std::int8_t>(-value);
  }
  void randomise(std::int32_t row0, std::int32_t row1, std::int32_t col0, std::int32_t col1) {
    for (std::int32_t r = row0; r < row1; ++r)
      for (std::int32_t c = col0; c < col1; ++c)
        values_[index(r, c)] = (random_.word() & 1) != 0 ? kSoft : -kSoft;
  }
  std::int32_t rows() const { return rows_; }
  std::int32_t cols() const { return cols_; }
  const std::vector<std::int8_t>& values() const { return values_; }
  ImageView<const std::int8_t> grid() const { return {values_.data(), rows_, cols_, cols_}; }

 private:
  static constexpr std::int8_t kSoft = 30;
  std::size_t index(std::int32_t r, std::int32_t c) const {
    return static_cast<std::size_t>(r) * static_cast<std::size_t>(cols_) +
           static_cast<std::size_t>(c);
  }
  std::int32_t rows_, cols_;
  sem::Random random_;
  std::vector<std::int8_t> values_;
};

/// The pose in which the upper left corner, on the field, of a square is at (row, col).
inline PagePose pose_at(std::int32_t orientation, std::int32_t row, std::int32_t col, bool inverted,
                        std::int32_t side = kPage) {
  PagePose pose = orient(orientation);
  pose.origin_row = row + (pose.row_axis[0] + pose.col_axis[0] < 0 ? side - 1 : 0);
  pose.origin_col = col + (pose.row_axis[1] + pose.col_axis[1] < 0 ? side - 1 : 0);
  pose.inverted = inverted;
  return pose;
}

/// What a backend's mark finder sees.
inline Result<std::vector<FinderMark>> find_marks(Backend& backend, const SoftField& field) {
  OSTRACON_TRY_ASSIGN(const auto values,
                      Buffer<std::int8_t>::from(backend.memory(), field.values()));
  OSTRACON_TRY_ASSIGN(auto finder, backend.make_mark_finder({.rows = 3 * field.rows() + 1,
                                                             .cols = 3 * field.cols() + 1}));
  return finder->run({values.data(), field.rows(), field.cols(), field.cols()});
}

}  // namespace ostracon::test
