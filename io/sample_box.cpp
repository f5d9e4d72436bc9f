#include "io/sample_box.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace ostracon::io {
namespace {

/// Calls `take(place)` for every row (run of samples along the last axis) of a box of `count`.
template <class Take>
void for_each_row(const Axes& count, const Take& take) {
  if (volume(count) == 0) return;
  Axes place(count.size(), 0);
  while (true) {
    take(place);
    std::size_t axis = count.size() - 1;
    do {
      if (axis == 0) return;
      --axis;
      place[axis] = (place[axis] + 1) % count[axis];
    } while (place[axis] == 0);
  }
}

/// Index in the array of the sample at `place` of the box.
std::size_t index_in(const BoxOf& box, const Axes& place) {
  std::size_t index = 0;
  for (std::size_t axis = 0; axis < place.size(); ++axis)
    index = index * box.sides[axis] + box.begin[axis] + place[axis];
  return index;
}

}  // namespace

std::size_t flat_index(const Axes& place, const Axes& sides) {
  std::size_t index = 0;
  for (std::size_t axis = 0; axis < sides.size(); ++axis) index = index * sides[axis] + place[axis];
  return index;
}

std::size_t volume(const Axes& count) {
  std::size_t samples = 1;
  for (const auto side : count) samples *= side;
  return samples;
}

Axes minus(Axes a, const Axes& b) {
  for (std::size_t axis = 0; axis < a.size(); ++axis) a[axis] -= b[axis];
  return a;
}

bool is_one_piece(const Axes& count, const Axes& sides) {
  std::size_t axis = 0;
  while (axis < count.size() && count[axis] == 1) ++axis;
  for (++axis; axis < count.size(); ++axis)
    if (count[axis] != sides[axis]) return false;
  return true;
}

void copy_box(const std::uint8_t* from, const BoxOf& source, std::uint8_t* to, const BoxOf& target,
              const Axes& count, std::size_t sample_bytes) {
  const std::size_t row_bytes = count.back() * sample_bytes;
  for_each_row(count, [&](const Axes& place) {
    std::memcpy(to + index_in(target, place) * sample_bytes,
                from + index_in(source, place) * sample_bytes, row_bytes);
  });
}

void fill_box(std::span<const std::uint8_t> sample, std::uint8_t* to, const BoxOf& target,
              const Axes& count) {
  for_each_row(count, [&](const Axes& place) {
    std::uint8_t* row = to + index_in(target, place) * sample.size();
    for (std::size_t i = 0; i < count.back(); ++i)
      std::copy(sample.begin(), sample.end(), row + i * sample.size());
  });
}

}  // namespace ostracon::io
