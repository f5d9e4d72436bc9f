#include "pipeline/recover.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <new>

#include "pipeline/plate_assembly.hpp"
#include "pipeline/read_field.hpp"
#include "pipeline/restore_groups.hpp"

namespace ostracon {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A field on its way: read by one thread, decoded by any, taken in by one, in order.
struct Job {
  std::int64_t field = 0;
  FieldShape shape;
  float black = 0;
  std::size_t lane = 0;
  double ingest_seconds = 0;
  FieldReading reading;
};

/// A lane's own backend and frame memory.
struct Lane {
  std::unique_ptr<FieldReader> reader;
  std::unique_ptr<std::byte[]> frames;
  std::size_t capacity = 0;

  Result<std::span<std::byte>> room_for(std::size_t bytes) {
    if (bytes > capacity) {
      frames.reset(new (std::nothrow) std::byte[bytes]);
      capacity = frames ? bytes : 0;
      if (!frames)
        return Error{ErrorCode::kOutOfMemory,
                     "no memory for a field of " + std::to_string(bytes) + " bytes"};
    }
    return std::span(frames.get(), bytes);
  }
};

/// The first error of any filter; later ones are consequences.
class FirstError {
 public:
  void set(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  std::optional<Error> get() const {
    const std::scoped_lock lock(mutex_);
    return error_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Error> error_;
};

/// Lanes that no job holds. There are as many lanes as jobs in flight, so one is always free.
class FreeLanes {
 public:
  explicit FreeLanes(std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) free_.push_back(k);
  }
  std::size_t acquire() {
    const std::scoped_lock lock(mutex_);
    const std::size_t lane = free_.back();
    free_.pop_back();
    return lane;
  }
  void release(std::size_t lane) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(lane);
  }

 private:
  std::mutex mutex_;
  std::vector<std::size_t> free_;
};

std::size_t lanes_for(const RecoverOptions& options, std::int64_t fields) {
  const auto threads = static_cast<std::int64_t>(
      tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism));
  // Lanes hide what does not run in parallel inside a field; more than 8 only cost memory.
  const std::int64_t wanted =
      options.lanes > 0 ? options.lanes : std::min<std::int64_t>(threads, 8);
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(fields, 1)));
}

Result<> read_fields(FieldSource& source, std::vector<Lane>& lanes, PlateAssembly& assembly,
                     const RecoverOptions& options, RecoveryReport& report) {
  const std::int64_t total = source.fields();
  FreeLanes free(lanes.size());
  FirstError failed;
  std::int64_t next = 0;
  // Some to spare, since the first fields may show no page.
  const auto want_pictures = [&](const Job& job) {
    return options.pictures != nullptr && job.field < options.picture_fields + 8;
  };
  const auto ingest = [&](tbb::flow_control& flow) -> std::shared_ptr<Job> {
    if (next >= total || failed.get()) {
      flow.stop();
      return nullptr;
    }
    auto job = std::make_shared<Job>();
    job->field = next++;
    job->shape = source.shape(job->field);
    job->black = source.black_level(job->field);
    job->lane = free.acquire();
    const auto start = Clock::now();
    auto room = lanes[job->lane].room_for(job->shape.bytes());
    auto read = room ? source.read(job->field, room.value()) : Result<>(room.error());
    if (!read && read.error().code == ErrorCode::kBadInput)
      job->reading.report.reason = read.error().message;
    else if (!read)
      failed.set(read.error());
    job->ingest_seconds = seconds_since(start);
    return job;
  };
  const auto decode = [&](std::shared_ptr<Job> job) {
    if (failed.get() || !job->reading.report.reason.empty()) return job;
    Lane& lane = lanes[job->lane];
    // Isolated: a thread that waits inside this field must not start another one on its stack.
    tbb::this_task_arena::isolate([&] {
      auto reading = lane.reader->read(
          job->shape, std::span<const std::byte>(lane.frames.get(), job->shape.bytes()), job->black,
          want_pictures(*job));
      if (reading)
        job->reading = std::move(reading).value();
      else
        failed.set(reading.error());
    });
    return job;
  };
  std::int64_t drawn = 0;
  const auto take = [&](const std::shared_ptr<Job>& job) {
    free.release(job->lane);
    if (failed.get()) return;
    FieldReading& reading = job->reading;
    reading.report.field = job->field;
    reading.report.source = source.describe(job->field);
    reading.times[Stage::kIngest] = job->ingest_seconds;
    if (auto taken = assembly.take(reading); !taken) return failed.set(taken.error());
    report.times.add(reading.times);
    report.pixels += static_cast<std::uint64_t>(job->shape.frames) * job->shape.pixels_per_frame();
    if (reading.pictures && drawn < options.picture_fields) {
      ++drawn;
      reading.pictures->field = job->field;
      options.pictures(*reading.pictures);
    }
    report.fields.push_back(std::move(reading.report));
    if (options.progress) options.progress(job->field + 1, total, report.pixels);
  };
  tbb::parallel_pipeline(
      lanes.size(),
      tbb::make_filter<void, std::shared_ptr<Job>>(tbb::filter_mode::serial_in_order, ingest) &
          tbb::make_filter<std::shared_ptr<Job>, std::shared_ptr<Job>>(tbb::filter_mode::parallel,
                                                                       decode) &
          tbb::make_filter<std::shared_ptr<Job>, void>(tbb::filter_mode::serial_in_order, take));
  if (const auto error = failed.get()) return *error;
  return Ok{};
}

/// Where nothing was found, the first field tells why.
Error with_reason(Error error, const std::vector<FieldReport>& fields) {
  if (error.code == ErrorCode::kNotFound && !fields.empty() && !fields.front().reason.empty())
    error.message += "; the first field: " + fields.front().reason;
  return error;
}

}  // namespace

Result<Recovery> recover(FieldSource& source, const BackendFactory& make_lane, PayloadStore& store,
                         const RecoverOptions& options) {
  const auto start = Clock::now();
  LayoutCache layouts;
  std::vector<Lane> lanes(lanes_for(options, source.fields()));
  for (Lane& lane : lanes) {
    OSTRACON_TRY_ASSIGN(auto backend, make_lane());
    lane.reader = std::make_unique<FieldReader>(std::move(backend), layouts);
  }
  Recovery recovery;
  RecoveryReport& report = recovery.report;
  PlateAssembly assembly(options.plate, store);
  OSTRACON_TRY(read_fields(source, lanes, assembly, options, report));
  lanes.clear();

  const auto chosen = assembly.choose();
  if (!chosen) return with_reason(chosen.error(), report.fields);
  const format::PageHeader& header = chosen.value();
  report.plate = assembly.kept();
  report.other_plates = assembly.others();
  report.pages = assembly.take_pages();
  const format::GroupPlan plan = format::plan_of(header);
  const auto outer_start = Clock::now();
  OSTRACON_TRY_ASSIGN(report.groups, restore_groups(plan, header.codewords, store, report.pages));
  recovery.holes = find_holes(plan, header.codewords, header.stream_bytes, report.pages);
  for (std::uint32_t p = 0; p < plan.data_pages; ++p)
    for (const CodewordOutcome outcome : report.pages[p].outcomes)
      report.codewords_lost +=
          outcome == CodewordOutcome::kErased || outcome == CodewordOutcome::kLost ? 1 : 0;
  report.times[Stage::kOuterDecode] = seconds_since(outer_start);
  report.wall_seconds = seconds_since(start);
  return recovery;
}

}  // namespace ostracon
