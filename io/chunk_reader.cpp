#include "io/chunk_reader.hpp"

#include <fcntl.h>
#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cassert>
#include <mutex>

namespace ostracon::io::hdf5 {
namespace {

/// What one thread works with.
struct Room {
  Scratch stored, chunk;
  FilterPipeline::Room filters;
};

/// Answers the requests of a plan, any number at once.
class Answers {
 public:
  Answers(const ChunkIndex& index, const ChunkPlan& plan, std::uint8_t* to)
      : index_(index), plan_(plan), to_(to) {}

  void answer(const FileRequest& request, Room& room) {
    if (plan_.parts[request.first].direct)
      read_run(request);
    else
      read_packed(request, room);
  }

  std::vector<LostBox> take_lost() { return std::move(lost_); }

 private:
  Result<> fetch(std::uint64_t offset, std::span<std::uint8_t> to) const {
    return read_at(*index_.file().file, offset, to, "the file");
  }

  void read_run(const FileRequest& request) {
    const ChunkPart& first = plan_.parts[request.first];
    const auto fetch_piece = [&](std::uint64_t begin, std::uint64_t end) {
      return fetch(begin, {to_ + first.to + (begin - first.stored.offset),
                           static_cast<std::size_t>(end - begin)});
    };
    const std::uint64_t end = request.offset + request.bytes;
    if (fetch_piece(request.offset, end)) return;
    for (std::size_t i = request.first; i < request.last; ++i) {
      const StoredChunk& stored = plan_.parts[i].stored;
      const auto again = fetch_piece(std::max(request.offset, stored.offset),
                                     std::min(end, stored.offset + stored.bytes));
      if (!again) lose_part(i, again.error());
    }
  }

  void read_packed(const FileRequest& request, Room& room) {
    const auto bytes = room.stored.room_for(static_cast<std::size_t>(request.bytes));
    if (!bytes) return lose_part(request.first, bytes.error());
    const bool whole = fetch(request.offset, bytes.value()).has_value();
    for (std::size_t i = request.first; i < request.last; ++i) {
      const StoredChunk& stored = plan_.parts[i].stored;
      const auto chunk =
          bytes.value().subspan(static_cast<std::size_t>(stored.offset - request.offset),
                                static_cast<std::size_t>(stored.bytes));
      auto done = whole ? Result<>(Ok{}) : fetch(stored.offset, chunk);
      if (done) done = unpack(plan_.parts[i], chunk, room);
      if (!done) lose_part(i, done.error());
    }
  }

  Result<> unpack(const ChunkPart& part, std::span<const std::uint8_t> stored, Room& room) const {
    const FilterPipeline& filters = index_.filters();
    const Box& box = plan_.box;
    if (part.box.count == index_.chunk() && is_one_piece(part.box.count, box.count))
      return filters.decode(stored, part.stored.mask, {to_ + part.to, filters.chunk_bytes()},
                            room.filters);
    OSTRACON_TRY_ASSIGN(const auto chunk, room.chunk.room_for(filters.chunk_bytes()));
    OSTRACON_TRY(filters.decode(stored, part.stored.mask, chunk, room.filters));
    copy_box(chunk.data(), {index_.chunk(), minus(part.box.begin, part.chunk_begin)}, to_,
             {box.count, minus(part.box.begin, box.begin)}, part.box.count, index_.sample_bytes());
    return Ok{};
  }

  void lose_part(std::size_t part, const Error& error) {
    const std::scoped_lock lock(mutex_);
    lost_.push_back(lose(plan_.parts[part], error));
  }

  const ChunkIndex& index_;
  const ChunkPlan& plan_;
  std::uint8_t* const to_;
  std::mutex mutex_;
  std::vector<LostBox> lost_;
};

/// In order; a part that several requests read may have been lost several times.
void tidy(std::vector<LostBox>& lost) {
  const auto before = [](const LostBox& a, const LostBox& b) { return a.box.begin < b.box.begin; };
  const auto same = [](const LostBox& a, const LostBox& b) { return a.box.begin == b.box.begin; };
  std::stable_sort(lost.begin(), lost.end(), before);
  lost.erase(std::unique(lost.begin(), lost.end(), same), lost.end());
}

}  // namespace

struct ChunkReader::Rooms {
  tbb::enumerable_thread_specific<Room> of_threads;
};

ChunkReader::ChunkReader(ChunkIndex index)
    : index_(std::move(index)), rooms_(std::make_unique<Rooms>()) {}
ChunkReader::ChunkReader(ChunkReader&&) noexcept = default;
ChunkReader& ChunkReader::operator=(ChunkReader&&) noexcept = default;
ChunkReader::~ChunkReader() = default;

Result<std::vector<LostBox>> ChunkReader::read(const Box& box, std::span<std::byte> to) {
  assert(to.size() == volume(box.count) * index_.sample_bytes());
  OSTRACON_TRY_ASSIGN(ChunkPlan plan,
                      plan_chunks(index_, box, tbb::this_task_arena::max_concurrency()));
  auto* bytes = reinterpret_cast<std::uint8_t*>(to.data());
  for (const Box& absent : plan.absent)
    fill_box(index_.fill(), bytes, {box.count, minus(absent.begin, box.begin)}, absent.count);
  Answers answers(index_, plan, bytes);
  // Isolated: a thread that waits here must not begin other work of its caller.
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, plan.requests.size(), 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          Room& room = rooms_->of_threads.local();
          for (std::size_t i = range.begin(); i < range.end(); ++i)
            answers.answer(plan.requests[i], room);
        },
        tbb::simple_partitioner());
  });
  for (LostBox& lost : answers.take_lost()) plan.lost.push_back(std::move(lost));
  tidy(plan.lost);
  for (const LostBox& lost : plan.lost)
    if (lost.error.code == ErrorCode::kOutOfMemory) return lost.error;
  return std::move(plan.lost);
}

void ChunkReader::announce(const Box& box) const {
  const auto plan = plan_chunks(index_, box, 1);
  if (!plan) return;
  for (const FileRequest& request : plan.value().requests)
    ::posix_fadvise(index_.file().file->get(), static_cast<off_t>(request.offset),
                    static_cast<off_t>(request.bytes), POSIX_FADV_WILLNEED);
}

}  // namespace ostracon::io::hdf5
