#include "io/formats/samples.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace ostracon::io {
namespace {

constexpr std::size_t kTile = 64;  // samples a side of a transposed tile: two tiles lie in L1

/// Calls `use` with a value of the type that `type` is.
template <class Use>
void with_type(SampleType type, const Use& use) {
  switch (type.kind) {
    case SampleKind::kUnsigned:
      if (type.bytes == 1) return use(std::uint8_t{});
      if (type.bytes == 2) return use(std::uint16_t{});
      if (type.bytes == 4) return use(std::uint32_t{});
      return use(std::uint64_t{});
    case SampleKind::kSigned:
      if (type.bytes == 1) return use(std::int8_t{});
      if (type.bytes == 2) return use(std::int16_t{});
      if (type.bytes == 4) return use(std::int32_t{});
      return use(std::int64_t{});
    case SampleKind::kFloat:
      if (type.bytes == 4) return use(float{});
      return use(double{});
  }
}

template <class From>
From load(const std::byte* at) {
  From value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// The innermost two axes: `rows` x `cols` samples.
template <class From, class To>
void place_plane(const std::byte* from, std::size_t rows, std::size_t cols, std::size_t row_stride,
                 std::size_t col_stride, To* to) {
  const auto put = [&](std::size_t row, std::size_t col) {
    to[row * row_stride + col * col_stride] =
        static_cast<To>(load<From>(from + (row * cols + col) * sizeof(From)));
  };
  if (col_stride == 1) {
    for (std::size_t row = 0; row < rows; ++row) {
      if constexpr (std::is_same_v<From, To>) {
        std::memcpy(to + row * row_stride, from + row * cols * sizeof(From), cols * sizeof(From));
      } else {
        for (std::size_t col = 0; col < cols; ++col) put(row, col);
      }
    }
    return;
  }
  for (std::size_t first = 0; first < rows; first += kTile)
    for (std::size_t left = 0; left < cols; left += kTile)
      for (std::size_t col = left; col < std::min(cols, left + kTile); ++col)
        for (std::size_t row = first; row < std::min(rows, first + kTile); ++row) put(row, col);
}

/// All planes, the outer axes of which are counted through.
template <class From, class To>
void place_all(const std::byte* from, const Placement& placement, To* to) {
  std::vector<std::size_t> sides = placement.sides, strides = placement.strides;
  while (sides.size() < 2) sides.insert(sides.begin(), 1), strides.insert(strides.begin(), 0);
  const std::size_t rank = sides.size(), cols = sides[rank - 1];
  // Rows are cut so that several threads have work even where there is one plane.
  const std::size_t rows = sides[rank - 2];
  const std::size_t piece = std::max<std::size_t>(kTile, (std::size_t{1} << 18) / (cols + 1));
  const std::size_t pieces = (rows + piece - 1) / piece;
  std::size_t planes = 1;
  for (std::size_t axis = 0; axis + 2 < rank; ++axis) planes *= sides[axis];
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(std::size_t{0}, planes * pieces, [&](std::size_t index) {
      const std::size_t plane = index / pieces, first = index % pieces * piece;
      std::size_t offset = first * strides[rank - 2], rest = plane;
      for (std::size_t axis = rank - 2; axis-- > 0;) {
        offset += rest % sides[axis] * strides[axis];
        rest /= sides[axis];
      }
      place_plane<From, To>(from + (plane * rows + first) * cols * sizeof(From),
                            std::min(piece, rows - first), cols, strides[rank - 2],
                            strides[rank - 1], to + offset);
    });
  });
}

template <class T>
bool fits_u16(T value) {
  if constexpr (std::is_floating_point_v<T>)
    return value >= T{0} && value <= T{65535} && std::floor(value) == value;
  else if constexpr (std::is_signed_v<T>)
    return value >= T{0} && static_cast<std::uint64_t>(value) <= 65535U;
  else
    return std::uint64_t{value} <= 65535U;
}

template <class T>
bool fits_f32(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::isnan(value) || static_cast<T>(static_cast<float>(value)) == value;
  } else {
    // Exact: 24 significant bits. Through a magnitude, so that nothing overflows on its way back.
    auto magnitude = static_cast<std::uint64_t>(value);
    if constexpr (std::is_signed_v<T>)
      if (value < T{0}) magnitude = std::uint64_t{0} - magnitude;
    while (magnitude > 0 && magnitude % 2 == 0) magnitude /= 2;
    return magnitude < (std::uint64_t{1} << 24U);
  }
}

}  // namespace

std::string to_string(SampleType type) {
  const char* kind = type.kind == SampleKind::kUnsigned ? "uint"
                     : type.kind == SampleKind::kSigned ? "int"
                                                        : "float";
  return kind + std::to_string(8 * type.bytes);
}

SampleType sample_type(PixelType type) {
  switch (type) {
    case PixelType::kU8:
      return {SampleKind::kUnsigned, 1};
    case PixelType::kU16:
      return {SampleKind::kUnsigned, 2};
    case PixelType::kF32:
      break;
  }
  return {SampleKind::kFloat, 4};
}

PixelType read_as(SampleType type) {
  for (const PixelType own : {PixelType::kU8, PixelType::kU16})
    if (sample_type(own) == type) return own;
  return PixelType::kF32;
}

void place_samples(std::span<const std::byte> from, SampleType type, const Placement& placement,
                   PixelType to, std::byte* frames) {
  with_type(type, [&](auto sample) {
    using From = decltype(sample);
    if (to == PixelType::kU8)
      place_all<From>(from.data(), placement, reinterpret_cast<std::uint8_t*>(frames));
    else if (to == PixelType::kU16)
      place_all<From>(from.data(), placement, reinterpret_cast<std::uint16_t*>(frames));
    else
      place_all<From>(from.data(), placement, reinterpret_cast<float*>(frames));
  });
}

void SampleSurvey::look(std::span<const std::byte> samples, SampleType type) {
  with_type(type, [&](auto sample) {
    using From = decltype(sample);
    for (std::size_t at = 0; at + sizeof(From) <= samples.size(); at += sizeof(From)) {
      const auto value = load<From>(samples.data() + at);
      fit_u16 = fit_u16 && fits_u16(value);
      fit_f32 = fit_f32 && fits_f32(value);
      if (fit_u16 || fit_f32 || !first_unfit.empty()) continue;
      first_unfit = std::to_string(value);
    }
  });
}

Result<PixelType> exact_type(const SampleSurvey& survey, SampleType stored,
                             const std::string& what) {
  if (survey.fit_u16) return PixelType::kU16;
  if (survey.fit_f32) return PixelType::kF32;
  return Error{ErrorCode::kBadInput,
               what + " holds samples of type " + to_string(stored) +
                   " that neither uint16 nor float32 holds exactly" +
                   (survey.first_unfit.empty() ? "" : ", such as " + survey.first_unfit) +
                   "; they would have to be rounded"};
}

}  // namespace ostracon::io
