#include <mpi.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "host/ranks/ranks.hpp"

namespace ostracon {
namespace {

// From a rank to rank 0: kAsk "give me a field", kEnded "my work has ended" (1: well). The other
// way: kGive a field, or kNoMore.
enum Tag : int { kAsk = 1, kEnded, kGive };
constexpr std::int64_t kNoMore = -1;
/// Nobody spins: ranks share their machine with their own threads.
constexpr std::chrono::microseconds kNap{200};

void send(std::int64_t value, int to, Tag tag) {
  MPI_Send(&value, 1, MPI_INT64_T, to, tag, MPI_COMM_WORLD);
}

std::int64_t receive(int from, Tag tag) {
  std::int64_t value = 0;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Irecv(&value, 1, MPI_INT64_T, from, tag, MPI_COMM_WORLD, &request);
  int done = 0;
  while (MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && done == 0)
    std::this_thread::sleep_for(kNap);
  return value;
}

/// The fields that are left to be dealt; thread-safe.
class Pile {
 public:
  explicit Pile(const std::vector<std::int64_t>& fields) : fields_(fields) {}
  std::optional<std::int64_t> take() {
    const std::scoped_lock lock(mutex_);
    return taken_ < fields_.size() ? std::optional(fields_[taken_++]) : std::nullopt;
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    taken_ = fields_.size();
  }

 private:
  const std::vector<std::int64_t>& fields_;
  std::mutex mutex_;
  std::size_t taken_ = 0;
};

class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm machine = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine);
    MPI_Comm_rank(machine, &local_rank_);
    MPI_Comm_free(&machine);
  }
  ~MpiRanks() override { MPI_Finalize(); }
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int local_rank() const override { return local_rank_; }

  Result<> agree(const Result<>& mine) override {
    // The first rank with an error tells it to all.
    const int failed = mine ? size_ : rank_;
    int first = size_;
    wait_for([&](MPI_Request* request) {
      MPI_Iallreduce(&failed, &first, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD, request);
    });
    if (first == size_) return Ok{};
    std::array<std::int64_t, 2> lead{};  // code, length
    std::string text;
    if (rank_ == first) {
      text = first == 0 ? mine.error().message
                        : "rank " + std::to_string(first) + ": " + mine.error().message;
      lead = {static_cast<std::int64_t>(mine.error().code), static_cast<std::int64_t>(text.size())};
    }
    MPI_Bcast(lead.data(), 2, MPI_INT64_T, first, MPI_COMM_WORLD);
    text.resize(static_cast<std::size_t>(lead[1]));
    MPI_Bcast(text.data(), static_cast<int>(text.size()), MPI_CHAR, first, MPI_COMM_WORLD);
    return Error{static_cast<ErrorCode>(lead[0]), text};
  }

  Result<> deal(const std::vector<std::int64_t>& fields, const Work& work) override {
    return agree(rank_ == 0 ? deal_and_work(fields, work) : ask_and_work(work));
  }

 private:
  /// Waits for a collective operation without spinning: ranks may be minutes apart.
  template <class Begin>
  static void wait_for(const Begin& begin) {
    MPI_Request request = MPI_REQUEST_NULL;
    begin(&request);
    int done = 0;
    while (MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && done == 0)
      std::this_thread::sleep_for(kNap);
  }

  static Result<> ask_and_work(const Work& work) {
    bool more = true;
    auto outcome = work([&]() -> std::optional<std::int64_t> {
      if (!more) return {};
      send(0, 0, kAsk);
      const std::int64_t field = receive(0, kGive);
      more = field != kNoMore;
      return more ? std::optional(field) : std::nullopt;
    });
    send(outcome ? 1 : 0, 0, kEnded);
    return outcome;
  }

  /// This thread alone speaks with the other ranks; the work of rank 0 is done by another.
  Result<> deal_and_work(const std::vector<std::int64_t>& fields, const Work& work) {
    Pile pile(fields);
    Result<> outcome = Ok{};
    std::atomic<bool> ended = false;
    std::thread worker([&] {
      outcome = work([&] { return pile.take(); });
      if (!outcome) pile.close();
      ended = true;
    });
    int others = size_ - 1;
    while (others > 0 || !ended) {
      int there = 0;
      MPI_Status status{};
      MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
      if (there == 0) {
        std::this_thread::sleep_for(kNap);
        continue;
      }
      std::int64_t value = 0;
      MPI_Recv(&value, 1, MPI_INT64_T, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
               MPI_STATUS_IGNORE);
      if (status.MPI_TAG == kAsk) {
        send(pile.take().value_or(kNoMore), status.MPI_SOURCE, kGive);
      } else {
        --others;
        if (value == 0) pile.close();
      }
    }
    worker.join();
    return outcome;
  }

  int rank_ = 0, size_ = 1, local_rank_ = 0;
};

/// A number in the environment; 0 if there is none.
int number_of(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::atoi(text) : 0;
}

}  // namespace

bool started_as_ranks() {
  // Open MPI's mpirun, PMI-2 (srun, MPICH), and PMIx (srun), which tells a rank but no size.
  return number_of("OMPI_COMM_WORLD_SIZE") > 1 || number_of("PMI_SIZE") > 1 ||
         (std::getenv("PMIX_RANK") != nullptr && number_of("SLURM_STEP_NUM_TASKS") > 1);
}

Result<std::unique_ptr<Ranks>> join_ranks() {
  if (!started_as_ranks()) return single_rank();
  int provided = MPI_THREAD_SINGLE;
  // One thread speaks at a time, but on ranks other than 0 not always the same one.
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS ||
      provided < MPI_THREAD_SERIALIZED)
    return Error{ErrorCode::kUnavailable, "MPI cannot start with threads that take turns"};
  return std::unique_ptr<Ranks>(std::make_unique<MpiRanks>());
}

const char* mpi_name() {
  static const std::string name = [] {
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
    int length = 0;
    MPI_Get_library_version(text.data(), &length);
    const std::string whole(text.data());
    return whole.substr(0, whole.find(','));
  }();
  return name.c_str();
}

}  // namespace ostracon
