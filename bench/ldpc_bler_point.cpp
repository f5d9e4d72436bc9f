#include "bench/ldpc_bler_point.hpp"

#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "bench/ldpc_channel.hpp"
#include "format/pn.hpp"
#include "host/cpu/inner_decoder.hpp"

namespace ostracon::bench {
namespace {

constexpr std::int32_t kBatch = 64;  // codewords
constexpr std::size_t kPayloadBytes{format::kPayloadBytes};

/// One thread's decoder, and the codewords it is given.
class Worker {
 public:
  Worker(const BlerPoint& point, const BlerTrial& trial)
      : point_(point),
        trial_(trial),
        bits_(static_cast<std::size_t>(format::codeword_bits(trial.decoder.rate))),
        codeword_(bits_),
        sent_(kBatch * kPayloadBytes),
        received_(sent_.size()),
        llrs_(kBatch * bits_),
        beliefs_(llrs_.size()),
        outcomes_(kBatch) {}

  Result<> prepare() {
    InnerDecoderConfig config = trial_.decoder;
    config.max_codewords = kBatch;
    // Within the arena, so that the decoder makes scratch for this thread alone.
    return alone_.execute([&]() -> Result<> {
      OSTRACON_TRY_ASSIGN(decoder_, cpu::make_inner_decoder(config));
      return Ok{};
    });
  }

  Result<BlerCounts> run(std::int64_t batch) {
    send(batch);
    OSTRACON_TRY(alone_.execute([&] {
      return decoder_->run(llrs_.data(), kBatch, received_.data(), outcomes_.data(),
                           {.beliefs = beliefs_.data()});
    }));
    BlerCounts counts;
    for (std::size_t i = 0; i < kBatch; ++i) count(i, counts);
    return counts;
  }

 private:
  void send(std::int64_t batch) {
    const std::uint64_t stream =
        format::pn_word(trial_.seed, std::bit_cast<std::uint64_t>(point_.es_n0_db)) +
        static_cast<std::uint64_t>(trial_.decoder.rate);
    LlrSource channel(point_.es_n0_db, format::pn_word(stream, static_cast<std::uint64_t>(batch)));
    for (std::uint8_t& byte : sent_) byte = static_cast<std::uint8_t>(channel.random() >> 56);
    for (std::size_t i = 0; i < kBatch; ++i) {
      format::encode_codeword({&sent_[i * kPayloadBytes], kPayloadBytes}, trial_.decoder.rate,
                              codeword_);
      Llr* to = &llrs_[i * bits_];
      for (std::size_t b = 0; b < bits_; ++b) {
        const Llr llr = channel();
        to[b] = static_cast<Llr>(codeword_[b] != 0 ? -llr : llr);
      }
    }
    if (point_.erased <= 0) return;
    for (Llr& llr : llrs_)
      if (static_cast<double>(channel.random() >> 11) * 0x1p-53 < point_.erased) llr = 0;
  }

  void count(std::size_t i, BlerCounts& counts) const {
    const InnerOutcome& outcome = outcomes_[i];
    ++counts.codewords;
    counts.second_pass += outcome.second_pass;
    if (counts.iterations.size() <= outcome.iterations)
      counts.iterations.resize(outcome.iterations + std::size_t{1});
    ++counts.iterations[outcome.iterations];
    if (outcome.decoded == 0) {
      ++counts.failed;
      // The decoder hands the channel's words back where it came to a codeword that it refused.
      counts.refused_by_crc += std::memcmp(&beliefs_[i * bits_], &llrs_[i * bits_], bits_) == 0;
      return;
    }
    counts.flipped += outcome.bits_flipped;
    const std::size_t at = i * kPayloadBytes;
    counts.wrong += std::memcmp(&sent_[at], &received_[at], kPayloadBytes) != 0;
  }

  BlerPoint point_;
  BlerTrial trial_;
  std::size_t bits_;
  std::vector<std::uint8_t> codeword_, sent_, received_;
  std::vector<Llr> llrs_, beliefs_;
  std::vector<InnerOutcome> outcomes_;
  std::unique_ptr<InnerDecoder> decoder_;
  tbb::task_arena alone_{1};
};

/// Hands out batches, and adds their counts up in order. What was done beyond the batch at which
/// the point ends is dropped, since how much that is depends on the threads.
class Tally {
 public:
  explicit Tally(const BlerTrial& trial)
      : batches_((trial.codewords + kBatch - 1) / kBatch), most_failures_(trial.most_failures) {}

  std::optional<std::int64_t> next() {
    const std::scoped_lock lock(mutex_);
    if (ended_ || handed_out_ == batches_) return std::nullopt;
    return handed_out_++;
  }

  void add(std::int64_t batch, Result<BlerCounts> counts) {
    const std::scoped_lock lock(mutex_);
    if (!counts) {
      if (!error_) error_ = counts.error();
      ended_ = true;
      return;
    }
    waiting_[batch] = std::move(counts).value();
    while (!ended_ && !waiting_.empty() && waiting_.begin()->first == added_) {
      sum_ += waiting_.begin()->second;
      waiting_.erase(waiting_.begin());
      ++added_;
      ended_ = most_failures_ > 0 && sum_.failed + sum_.wrong >= most_failures_;
    }
  }

  Result<BlerCounts> sum() const {
    if (error_) return *error_;
    return sum_;
  }

 private:
  std::mutex mutex_;
  std::int64_t batches_, most_failures_;
  std::int64_t handed_out_ = 0, added_ = 0;
  bool ended_ = false;
  std::map<std::int64_t, BlerCounts> waiting_;  // by batch
  BlerCounts sum_;
  std::optional<Error> error_;
};

}  // namespace

BlerCounts& BlerCounts::operator+=(const BlerCounts& other) {
  codewords += other.codewords;
  failed += other.failed;
  wrong += other.wrong;
  second_pass += other.second_pass;
  refused_by_crc += other.refused_by_crc;
  flipped += other.flipped;
  iterations.resize(std::max(iterations.size(), other.iterations.size()));
  for (std::size_t n = 0; n < other.iterations.size(); ++n) iterations[n] += other.iterations[n];
  return *this;
}

double BlerCounts::error_rate() const {
  return static_cast<double>(failed + wrong) / static_cast<double>(codewords);
}

double BlerCounts::mean_iterations() const {
  double sum = 0;
  for (std::size_t n = 0; n < iterations.size(); ++n)
    sum += static_cast<double>(n) * static_cast<double>(iterations[n]);
  return sum / static_cast<double>(codewords);
}

Result<BlerCounts> count_failures(const BlerPoint& point, const BlerTrial& trial) {
  if (trial.codewords <= 0)
    return Error{ErrorCode::kInvalidArgument,
                 "a point of " + std::to_string(trial.codewords) + " codewords"};
  OSTRACON_TRY(check(trial.decoder));
  const auto threads = trial.threads > 0 ? static_cast<unsigned>(trial.threads)
                                         : std::max(1U, std::thread::hardware_concurrency());
  Tally tally(trial);
  const auto work = [&] {
    Worker worker(point, trial);
    if (auto prepared = worker.prepare(); !prepared) return tally.add(0, prepared.error());
    while (const auto batch = tally.next()) tally.add(*batch, worker.run(*batch));
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  return tally.sum();
}

}  // namespace ostracon::bench
