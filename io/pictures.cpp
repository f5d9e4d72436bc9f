#include "io/pictures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "io/atomic_file.hpp"
#include "io/png.hpp"

namespace ostracon::io {
namespace {

constexpr std::array<std::uint8_t, 3> kLatticeColour{255, 64, 32};

struct Canvas {
  std::int32_t rows, cols;
  std::vector<std::uint8_t> rgb;

  void dot(float y, float x) {
    // Compared as floats first: what lies far outside would overflow an integer.
    if (!(y > -0.5f && x > -0.5f && y < static_cast<float>(rows) && x < static_cast<float>(cols)))
      return;
    const auto row = static_cast<std::int32_t>(std::lround(y));
    const auto col = static_cast<std::int32_t>(std::lround(x));
    if (row >= rows || col >= cols) return;
    const auto at = static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
                    static_cast<std::size_t>(col);
    std::copy(kLatticeColour.begin(), kLatticeColour.end(),
              rgb.begin() + static_cast<std::ptrdiff_t>(3 * at));
  }
  void line(std::array<float, 2> from, std::array<float, 2> to) {
    const float dy = to[0] - from[0], dx = to[1] - from[1];
    const float length = std::max(std::abs(dy), std::abs(dx));
    if (!(length < 65536.0f)) return;  // not finite, or nonsense
    const int steps = std::max(1, static_cast<int>(std::ceil(length)));
    for (int i = 0; i <= steps; ++i) {
      const float t = static_cast<float>(i) / static_cast<float>(steps);
      dot(from[0] + t * dy, from[1] + t * dx);
    }
  }
};

std::vector<std::uint8_t> draw_lattice(const FieldPictures& pictures) {
  Canvas canvas{pictures.rows, pictures.cols, {}};
  for (const std::uint8_t grey : stretch_to_grey(pictures.aligned_mean))
    canvas.rgb.insert(canvas.rgb.end(), 3, grey);
  const auto knot = [&](std::int32_t row, std::int32_t col) {
    return pictures
        .lattice[static_cast<std::size_t>(row) * static_cast<std::size_t>(pictures.lattice_cols) +
                 static_cast<std::size_t>(col)];
  };
  for (std::int32_t row = 0; row < pictures.lattice_rows; ++row)
    for (std::int32_t col = 0; col < pictures.lattice_cols; ++col) {
      if (row > 0) canvas.line(knot(row - 1, col), knot(row, col));
      if (col > 0) canvas.line(knot(row, col - 1), knot(row, col));
    }
  return std::move(canvas.rgb);
}

Result<> check(const char* what, std::size_t size, std::int32_t rows, std::int32_t cols) {
  if (size == 0 || (rows > 0 && cols > 0 &&
                    size == static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols)))
    return Ok{};
  return Error{ErrorCode::kInvalidArgument,
               std::string("pictures: ") + what + " has " + std::to_string(size) +
                   " values, expected " + std::to_string(rows) + " x " + std::to_string(cols)};
}

Result<> store(const std::filesystem::path& path, const Result<std::vector<std::uint8_t>>& png) {
  if (!png) return png.error();
  return write_whole_file(path, std::span<const std::uint8_t>(png.value()), true);
}

}  // namespace

std::vector<std::uint8_t> stretch_to_grey(std::span<const float> pixels) {
  std::vector<float> sorted;
  sorted.reserve(pixels.size());
  for (const float pixel : pixels)
    if (std::isfinite(pixel)) sorted.push_back(pixel);
  std::vector<std::uint8_t> grey(pixels.size(), 0);
  if (sorted.empty()) return grey;
  const auto percentile = [&](double share) {
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + at, sorted.end());
    return sorted[static_cast<std::size_t>(at)];
  };
  const float low = percentile(0.005), high = percentile(0.995);
  const float scale = high > low ? 255.0f / (high - low) : 0.0f;
  for (std::size_t i = 0; i < pixels.size(); ++i)
    if (std::isfinite(pixels[i]))
      grey[i] =
          static_cast<std::uint8_t>(std::clamp((pixels[i] - low) * scale, 0.0f, 255.0f) + 0.5f);
  return grey;
}

Result<> write_pictures(const std::filesystem::path& folder, const FieldPictures& pictures) {
  const auto& p = pictures;
  OSTRACON_TRY(check("the first frame", p.first_frame.size(), p.rows, p.cols));
  OSTRACON_TRY(check("the aligned mean", p.aligned_mean.size(), p.rows, p.cols));
  OSTRACON_TRY(check("the lattice", p.lattice.size(), p.lattice_rows, p.lattice_cols));
  OSTRACON_TRY(check("the reliability", p.llrs.size(), p.page_rows, p.page_cols));
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return Error{ErrorCode::kIo,
                 "cannot make the folder " + folder.string() + ": " + error.message()};

  std::array<char, 32> number{};
  std::snprintf(number.data(), number.size(), "field%04lld", static_cast<long long>(p.field));
  const auto path = [&](const char* what) {
    return folder / (std::string(number.data()) + "-" + what + ".png");
  };
  if (!p.first_frame.empty())
    OSTRACON_TRY(
        store(path("raw"), encode_png_grey(stretch_to_grey(p.first_frame), p.rows, p.cols)));
  if (!p.aligned_mean.empty())
    OSTRACON_TRY(
        store(path("aligned"), encode_png_grey(stretch_to_grey(p.aligned_mean), p.rows, p.cols)));
  if (!p.aligned_mean.empty() && !p.lattice.empty())
    OSTRACON_TRY(store(path("lattice"), encode_png_rgb(draw_lattice(p), p.rows, p.cols)));
  if (p.llrs.empty()) return Ok{};
  std::vector<std::uint8_t> reliability(p.llrs.size());
  int most = 1;
  for (const std::int8_t llr : p.llrs) most = std::max(most, std::abs(int{llr}));
  for (std::size_t i = 0; i < p.llrs.size(); ++i)
    reliability[i] = static_cast<std::uint8_t>(255 * std::abs(int{p.llrs[i]}) / most);
  return store(path("reliability"), encode_png_grey(reliability, p.page_rows, p.page_cols));
}

}  // namespace ostracon::io
