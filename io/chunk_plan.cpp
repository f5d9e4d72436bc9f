#include "io/chunk_plan.hpp"

#include <algorithm>
#include <string>

namespace ostracon::io::hdf5 {
namespace {

constexpr std::size_t kMostChunks = std::size_t{1} << 16;
/// Requests are as large as this where all threads have some; network storage likes them so.
constexpr std::uint64_t kMostRequestBytes = std::uint64_t{8} << 20;
constexpr std::uint64_t kLeastRequestBytes = std::uint64_t{1} << 18;
constexpr std::uint64_t kRequestsPerThread = 4;
/// What is read in vain between two chunks rather than asked for apart.
constexpr std::uint64_t kMostGapBytes = std::uint64_t{1} << 16;

Box intersection(const Box& a, const Box& b) {
  Box both = a;
  for (std::size_t axis = 0; axis < a.begin.size(); ++axis) {
    both.begin[axis] = std::max(a.begin[axis], b.begin[axis]);
    both.count[axis] =
        std::min(a.begin[axis] + a.count[axis], b.begin[axis] + b.count[axis]) - both.begin[axis];
  }
  return both;
}

std::uint64_t end_of(const ChunkPart& part) { return part.stored.offset + part.stored.bytes; }

void add_part(const ChunkIndex& index, const Axes& cell, ChunkPlan& plan) {
  ChunkPart part;
  part.chunk_begin = cell;
  for (std::size_t axis = 0; axis < cell.size(); ++axis)
    part.chunk_begin[axis] *= index.chunk()[axis];
  part.box = intersection(plan.box, {part.chunk_begin, index.chunk()});
  part.to =
      flat_index(minus(part.box.begin, plan.box.begin), plan.box.count) * index.sample_bytes();
  auto stored = index.locate(part.chunk_begin);
  if (!stored) {
    plan.lost.push_back(lose(part, stored.error()));
    return;
  }
  if (!stored.value()) {
    plan.absent.push_back(std::move(part.box));
    return;
  }
  part.stored = *stored.value();
  part.direct = index.filters().stored_plainly(part.stored.mask) &&
                is_one_piece(part.box.count, plan.box.count) &&
                is_one_piece(part.box.count, index.chunk());
  if (part.direct) {
    part.stored.offset +=
        flat_index(minus(part.box.begin, part.chunk_begin), index.chunk()) * index.sample_bytes();
    part.stored.bytes = volume(part.box.count) * index.sample_bytes();
  }
  plan.parts.push_back(std::move(part));
}

/// Finds all chunks of the box.
Result<> add_parts(const ChunkIndex& index, ChunkPlan& plan) {
  const std::size_t rank = plan.box.begin.size();
  Axes first(rank), across(rank);
  std::size_t chunks = 1;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (plan.box.count[axis] == 0) return Ok{};
    const auto side = index.chunk()[axis];
    first[axis] = plan.box.begin[axis] / side;
    across[axis] = (plan.box.begin[axis] + plan.box.count[axis] - 1) / side - first[axis] + 1;
    if (across[axis] > kMostChunks / chunks)
      return Error{ErrorCode::kUnavailable, "it is cut into more than 2^16 chunks"};
    chunks *= static_cast<std::size_t>(across[axis]);
  }
  for (std::size_t i = 0; i < chunks; ++i) {
    Axes cell = first;
    std::size_t rest = i;
    for (std::size_t axis = rank; axis-- > 0;) {
      cell[axis] += rest % across[axis];
      rest /= across[axis];
    }
    add_part(index, cell, plan);
  }
  return Ok{};
}

/// Whether `next` may be read with `part`, its neighbour before.
bool together(const ChunkPart& part, const ChunkPart& next) {
  if (part.direct || next.direct)
    return part.direct && next.direct && next.stored.offset == end_of(part) &&
           next.to == part.to + part.stored.bytes;
  return next.stored.offset >= end_of(part) && next.stored.offset - end_of(part) <= kMostGapBytes;
}

/// Direct parts [first, last) are one piece of the file and of memory: cut anywhere.
void cut_run(std::size_t first, std::size_t last, std::uint64_t wanted, ChunkPlan& plan) {
  const std::uint64_t end = end_of(plan.parts[last - 1]);
  std::size_t part = first;
  for (std::uint64_t at = plan.parts[first].stored.offset; at < end;) {
    const std::uint64_t bytes = std::min(wanted, end - at);
    while (end_of(plan.parts[part]) <= at) ++part;
    std::size_t beyond = part + 1;
    while (beyond < last && plan.parts[beyond].stored.offset < at + bytes) ++beyond;
    plan.requests.push_back({at, bytes, part, beyond});
    at += bytes;
  }
}

void cut_into_requests(int threads, ChunkPlan& plan) {
  const auto& parts = plan.parts;
  std::uint64_t all = 0;
  for (const ChunkPart& part : parts) all += part.stored.bytes;
  const std::uint64_t wanted =
      std::clamp(all / (kRequestsPerThread * static_cast<std::uint64_t>(std::max(threads, 1))),
                 kLeastRequestBytes, kMostRequestBytes);
  for (std::size_t first = 0, last = 0; first < parts.size(); first = last) {
    const std::uint64_t begin = parts[first].stored.offset;
    const auto joins = [&](const ChunkPart& part) {
      return together(parts[last - 1], part) && (part.direct || end_of(part) - begin <= wanted);
    };
    for (last = first + 1; last < parts.size() && joins(parts[last]);) ++last;
    if (parts[first].direct)
      cut_run(first, last, wanted, plan);
    else
      plan.requests.push_back({begin, end_of(parts[last - 1]) - begin, first, last});
  }
}

}  // namespace

LostBox lose(const ChunkPart& part, Error error) {
  if (part.stored.bytes != 0)
    error.message = "a chunk of " + std::to_string(part.stored.bytes) + " bytes at byte " +
                    std::to_string(part.stored.offset) + ": " + error.message;
  return {part.box, std::move(error)};
}

Result<ChunkPlan> plan_chunks(const ChunkIndex& index, Box box, int threads) {
  ChunkPlan plan;
  plan.box = std::move(box);
  OSTRACON_TRY(add_parts(index, plan));
  std::stable_sort(
      plan.parts.begin(), plan.parts.end(), [](const ChunkPart& a, const ChunkPart& b) {
        return std::pair(!a.direct, a.stored.offset) < std::pair(!b.direct, b.stored.offset);
      });
  cut_into_requests(threads, plan);
  return plan;
}

}  // namespace ostracon::io::hdf5
