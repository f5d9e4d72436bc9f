#include "pipeline/read_fields.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

#include "pipeline/read_field.hpp"
#include "pipeline/reader_pool.hpp"
#include "pipeline/staging_slots.hpp"

namespace ostracon {
namespace {

using Clock = std::chrono::steady_clock;

/// Fields that wait for a reader in staging memory, so that reading files and uploading go on while
/// all readers compute.
constexpr std::size_t kReadAhead = 2;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A field on its way: read by one thread, decoded by any, taken in by one, in order.
struct Job {
  std::int64_t field = 0;
  std::string source;
  FieldShape shape;
  float black = 0;
  FieldFrames frames;
  std::optional<std::size_t> slot;  // where it was read to
  double ingest_seconds = 0;
  std::vector<LostFrame> lost_frames;
  FieldReading reading;
  bool done = false;  // read, or passed over for a reason
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

std::size_t lanes_for(const RecoverOptions& options, std::int64_t fields, bool on_host) {
  const auto threads = static_cast<std::int64_t>(
      tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism));
  // Lanes hide what does not run in parallel inside a field; on the host more than 8 only cost
  // memory. A device waits for the host's share of a field, which is longer than its own.
  const std::int64_t most = on_host ? 8 : 16;
  const std::int64_t wanted = options.lanes > 0 ? options.lanes : std::min(threads, most);
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(fields, 1)));
}

/// Readers with backends of their own. Where backends have memory of their own, only as many as
/// that holds with all that fields of the first one's shape need.
Result<std::vector<std::unique_ptr<FieldReader>>> make_readers(const FieldSource& source,
                                                               const BackendFactory& make_lane,
                                                               const RecoverOptions& options,
                                                               LayoutCache& layouts) {
  std::vector<std::unique_ptr<FieldReader>> readers;
  std::size_t wanted = 1;
  while (readers.size() < wanted) {
    OSTRACON_TRY_ASSIGN(auto backend, make_lane());
    wanted = lanes_for(options, source.fields(), backend->memory().on_host());
    auto reader = std::make_unique<FieldReader>(std::move(backend), layouts, PageDecoderConfig{},
                                                options.soft_pages);
    if (!reader->memory().on_host() && source.fields() > 0) {
      const auto prepared = reader->prepare(source.shape(0), source.in_place(0));
      if (!prepared && prepared.error().code == ErrorCode::kOutOfMemory && !readers.empty()) break;
      OSTRACON_TRY(prepared);
    }
    readers.push_back(std::move(reader));
  }
  return readers;
}

}  // namespace

bool is_interruption(const Error& error) {
  return error.code == ErrorCode::kDevice || error.code == ErrorCode::kOutOfMemory;
}

Result<FieldsRead> read_fields(FieldSource& source, const BackendFactory& make_lane,
                               const RecoverOptions& options, const NextField& next,
                               const TakeField& take_field) {
  const auto start = Clock::now();
  LayoutCache layouts;
  OSTRACON_TRY_ASSIGN(auto readers, make_readers(source, make_lane, options, layouts));
  FieldsRead result;
  const std::int64_t total = source.fields();
  // All slots are the first backend's: pinned memory is pinned for every device.
  Memory& staging = readers.front()->memory();
  const bool copied = total > 0 && source.in_place(0).empty();
  const std::size_t ahead = copied && !staging.on_host() ? kReadAhead : 0;
  const std::size_t wanted = readers.size() + ahead;
  ReaderPool pool(std::move(readers));
  OSTRACON_TRY_ASSIGN(StagingSlots slots,
                      StagingSlots::create(staging, wanted, copied ? source.shape(0).bytes() : 0));
  FirstError failed;
  // Some to spare, since the first fields may show no page.
  const auto want_pictures = [&](const Job& job) {
    return options.pictures != nullptr && job.field < options.picture_fields + 8;
  };
  const auto ingest = [&](tbb::flow_control& flow) -> std::shared_ptr<Job> {
    const auto field = failed.get() ? std::nullopt : next();
    if (!field) {
      flow.stop();
      return nullptr;
    }
    auto job = std::make_shared<Job>();
    job->field = *field;
    job->shape = source.shape(job->field);
    job->black = source.black_level(job->field);
    job->frames = source.in_place(job->field);
    if (!job->frames.empty()) {
      job->source = source.describe(job->field);
      return job;
    }
    job->slot = slots.acquire();
    const auto begun = Clock::now();
    auto room = slots.room(*job->slot, job->shape.bytes());
    auto read = room ? source.read(job->field, room.value()) : Result<>(room.error());
    if (!read && read.error().code == ErrorCode::kBadInput) {
      job->reading.report.reason = read.error().message;
      job->done = true;
    } else if (!read) {
      failed.set(read.error());
    } else {
      job->frames.on_host = room.value().data();
      job->lost_frames = source.lost_frames();
    }
    job->ingest_seconds = seconds_since(begun);
    job->source = source.describe(job->field);
    return job;
  };
  const auto decode = [&](std::shared_ptr<Job> job) {
    if (failed.get() || job->done) return job;
    // Isolated: a thread that waits inside this field must not start another one on its stack.
    tbb::this_task_arena::isolate([&] {
      auto reading = pool.read(job->shape, job->frames, job->black, want_pictures(*job));
      job->done = reading.has_value();
      if (reading)
        job->reading = std::move(reading).value();
      else
        failed.set(reading.error());
    });
    return job;
  };
  std::int64_t drawn = 0;
  const auto take = [&](const std::shared_ptr<Job>& job) {
    if (job->slot) slots.release(*job->slot);
    const auto error = failed.get();
    if (!job->done || (error && !is_interruption(*error))) return;
    FieldRecord record{std::move(job->reading), static_cast<std::uint64_t>(job->shape.frames) *
                                                    job->shape.pixels_per_frame()};
    FieldReading& reading = record.reading;
    reading.report.field = job->field;
    reading.report.source = std::move(job->source);
    reading.report.lost_frames = std::move(job->lost_frames);
    reading.times[Stage::kIngest] = job->ingest_seconds;
    if (reading.pictures && drawn < options.picture_fields) {
      ++drawn;
      reading.pictures->field = job->field;
      options.pictures(*reading.pictures);
    }
    ++result.fields;
    result.pixels += record.pixels;
    if (auto taken = take_field(record); !taken) failed.set(taken.error());
  };
  result.start_seconds = seconds_since(start);
  tbb::parallel_pipeline(
      slots.count(),
      tbb::make_filter<void, std::shared_ptr<Job>>(tbb::filter_mode::serial_in_order, ingest) &
          tbb::make_filter<std::shared_ptr<Job>, std::shared_ptr<Job>>(tbb::filter_mode::parallel,
                                                                       decode) &
          tbb::make_filter<std::shared_ptr<Job>, void>(tbb::filter_mode::serial_in_order, take));
  if (const auto error = failed.get()) {
    if (!is_interruption(*error) || result.fields == 0) return *error;
    result.interrupted = error;
  }
  return result;
}

}  // namespace ostracon
