#pragma once
// The order of work of one decoder, laid out once for a rate, and the memory a codeword needs.
//
// A base column keeps its Z beliefs rotated so that the layer that used it last wrote them in its
// own lane order: lane z of the array is bit (z + rotation) mod Z. A layer then reads with one
// rotation (its own relative to the last user's) and writes straight, in place. After an iteration
// every column is back at its `home` rotation. Behind its Z lanes a column repeats its first kPad
// lanes, so that a vector read at any lane needs no second load.

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "format/inner_code.hpp"

namespace ostracon::cpu {

inline constexpr std::int32_t kLanes = 384;  ///< Z of the payload code
inline constexpr std::int32_t kInformationColumns = format::kInformationBits / kLanes;
inline constexpr std::int32_t kPad = 128;     ///< two of the longest vectors used
inline constexpr std::int32_t kLongest = 19;  ///< edges of the layers that have most
inline constexpr std::int32_t kColumnStride = kLanes + kPad;

inline constexpr std::int32_t kStep = 32;  ///< lanes between the places of ScheduledEdge::read

struct ScheduledEdge {
  std::int32_t column;
  std::int32_t begin;        ///< of the column in Scratch::beliefs
  std::int32_t home_offset;  ///< lane to read first, when all columns are at home
  /// Where in Scratch::beliefs to read for the lanes from kStep i on, while iterating.
  std::array<std::uint16_t, kLanes / kStep> read;
};

struct ScheduledLayer {
  std::int32_t first_edge;
  std::int32_t edges;
};

struct Schedule {
  std::int32_t columns = 0;  ///< base columns that the active rows touch: 22 + active rows
  std::vector<ScheduledEdge> edges;
  std::vector<ScheduledLayer> layers;  ///< in the order of rules::layer
  std::vector<std::int32_t> home;      ///< [column]
};

Schedule make_schedule(format::Rate rate);

/// Memory with the alignment of the longest vector. Elements are zero at first.
class LaneBuffer {
 public:
  explicit LaneBuffer(std::size_t bytes)
      : data_(static_cast<std::int8_t*>(::operator new(bytes, kAlignment))), bytes_(bytes) {}
  ~LaneBuffer() { ::operator delete(data_, kAlignment); }
  LaneBuffer(LaneBuffer&& other) noexcept : data_(other.data_), bytes_(other.bytes_) {
    other.data_ = nullptr;
  }
  LaneBuffer(const LaneBuffer&) = delete;
  LaneBuffer& operator=(const LaneBuffer&) = delete;
  LaneBuffer& operator=(LaneBuffer&&) = delete;

  std::int8_t* data() const { return data_; }
  std::size_t size() const { return bytes_; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  std::int8_t* data_;
  std::size_t bytes_;
};

/// What one codeword in work needs.
struct Scratch {
  explicit Scratch(const Schedule& schedule)
      : beliefs(static_cast<std::size_t>(schedule.columns) * kColumnStride),
        messages(schedule.edges.size() * kLanes),
        sums(beliefs.size()),
        information(static_cast<std::size_t>(format::kInformationBits / 8)) {}
  LaneBuffer beliefs;              ///< [column][kColumnStride]
  LaneBuffer messages;             ///< [layer][two vectors][edge][lane]; void before they are sent
  std::vector<std::int16_t> sums;  ///< of beliefs of a window of iterations
  std::vector<std::uint8_t> information;  ///< decided bits, eight a byte, first highest
};

}  // namespace ostracon::cpu
