#pragma once
// Boxes of samples within row-major arrays of any rank.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ostracon::io {

/// One value per axis, the slowest first.
using Axes = std::vector<unsigned long long>;

/// Index of the sample at `place` in an array of `sides`.
std::size_t flat_index(const Axes& place, const Axes& sides);
std::size_t volume(const Axes& count);
Axes minus(Axes a, const Axes& b);
/// Whether a box of `count` samples of an array of `sides` is one piece of memory.
bool is_one_piece(const Axes& count, const Axes& sides);

/// A box of an array.
struct BoxOf {
  const Axes& sides;  ///< of the array
  const Axes& begin;  ///< of the box
};
/// Copies a box of `count` samples from one array to another.
void copy_box(const std::uint8_t* from, const BoxOf& source, std::uint8_t* to, const BoxOf& target,
              const Axes& count, std::size_t sample_bytes);
/// Fills a box with one sample.
void fill_box(std::span<const std::uint8_t> sample, std::uint8_t* to, const BoxOf& target,
              const Axes& count);

}  // namespace ostracon::io
