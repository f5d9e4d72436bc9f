#pragma once
// The CPU's stages behind memory that the pipeline must take for a device's: of limited size, and
// it can be lost. For tests of what the pipeline does with such backends, at the CPU's speed.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <string>

#include "pipeline/backend.hpp"

namespace ostracon::test {

/// What was allocated, by address; thread-safe.
class Allocations {
 public:
  void add(void* address, std::int64_t bytes) {
    const std::scoped_lock lock(mutex_);
    sizes_.emplace(static_cast<std::byte*>(address), bytes);
  }
  std::int64_t remove(void* address) {
    const std::scoped_lock lock(mutex_);
    const auto found = sizes_.find(static_cast<std::byte*>(address));
    const std::int64_t bytes = found->second;
    sizes_.erase(found);
    return bytes;
  }
  bool hold(const void* address) const {
    const std::scoped_lock lock(mutex_);
    const auto* at = static_cast<const std::byte*>(address);
    const auto after = sizes_.upper_bound(at);
    return after != sizes_.begin() && at < std::prev(after)->first + std::prev(after)->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<const std::byte*, std::int64_t> sizes_;
};

/// One device that several backends share.
struct RemoteDevice {
  static constexpr std::int64_t kPlenty = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> free_bytes = kPlenty;
  std::atomic<std::int64_t> free_staging = kPlenty;                 ///< bytes
  std::atomic<int> uploads_left = std::numeric_limits<int>::max();  ///< then it is lost
  std::atomic<std::int64_t> uploaded_bytes = 0;
  std::atomic<int> backends = 0;
  Allocations allocations, staging;
};

class RemoteMemory final : public Memory {
 public:
  RemoteMemory(Memory& host, RemoteDevice& device) : host_(host), device_(device) {}
  Result<void*> allocate(std::size_t bytes) override {
    return take(bytes, device_.free_bytes, device_.allocations, "device memory");
  }
  void release(void* bytes) noexcept override {
    device_.free_bytes += device_.allocations.remove(bytes);
    host_.release(bytes);
  }
  Result<> upload(void* to, const void* from, std::size_t bytes) override {
    if (--device_.uploads_left < 0) return Error{ErrorCode::kDevice, "the device is lost"};
    device_.uploaded_bytes += static_cast<std::int64_t>(bytes);
    return host_.upload(to, from, bytes);
  }
  Result<> download(void* to, const void* from, std::size_t bytes) override {
    return host_.download(to, from, bytes);
  }
  bool on_host() const override { return false; }
  bool reads(const void* address) const override { return device_.allocations.hold(address); }
  Result<void*> allocate_staging(std::size_t bytes) override {
    return take(bytes, device_.free_staging, device_.staging, "staging memory");
  }
  void release_staging(void* bytes) noexcept override {
    device_.free_staging += device_.staging.remove(bytes);
    host_.release(bytes);
  }

 private:
  Result<void*> take(std::size_t bytes, std::atomic<std::int64_t>& left, Allocations& taken,
                     const char* of_what) {
    const auto count = static_cast<std::int64_t>(bytes);
    if ((left -= count) < 0) {
      left += count;
      return Error{ErrorCode::kOutOfMemory, std::to_string(bytes) + " bytes of " + of_what};
    }
    OSTRACON_TRY_ASSIGN(void* address, host_.allocate(bytes));
    taken.add(address, count);
    return address;
  }

  Memory& host_;
  RemoteDevice& device_;
};

class RemoteBackend final : public Backend {
 public:
  static Result<std::unique_ptr<Backend>> create(RemoteDevice& device) {
    OSTRACON_TRY_ASSIGN(auto host, make_backend(BackendKind::kCpu));
    ++device.backends;
    return std::unique_ptr<Backend>(new RemoteBackend(std::move(host), device));
  }
  BackendKind kind() const override { return BackendKind::kCuda; }
  Memory& memory() override { return memory_; }
  Result<> synchronize() override { return Ok{}; }
  Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& c) override {
    return host_->make_flattener(c);
  }
  Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(
      const DriftEstimatorConfig& c) override {
    return host_->make_drift_estimator(c);
  }
  Result<std::unique_ptr<FrameAligner>> make_frame_aligner(const FrameAlignerConfig& c) override {
    return host_->make_frame_aligner(c);
  }
  Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& c) override {
    return host_->make_pitch_finder(c);
  }
  Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(
      const LatticeTrackerConfig& c) override {
    return host_->make_lattice_tracker(c);
  }
  Result<std::unique_ptr<MarkFinder>> make_mark_finder(const MarkFinderConfig& c) override {
    return host_->make_mark_finder(c);
  }
  Result<std::unique_ptr<ModuleSampler>> make_module_sampler(
      const ModuleSamplerConfig& c) override {
    return host_->make_module_sampler(c);
  }
  Result<std::unique_ptr<Equaliser>> make_equaliser(const EqualiserConfig& c) override {
    return host_->make_equaliser(c);
  }
  Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(
      const SoftCancellerConfig& c) override {
    return host_->make_soft_canceller(c);
  }
  Result<std::unique_ptr<Deinterleaver>> make_deinterleaver(const DeinterleaverConfig& c) override {
    return host_->make_deinterleaver(c);
  }
  Result<std::unique_ptr<InnerDecoder>> make_inner_decoder(const InnerDecoderConfig& c) override {
    return host_->make_inner_decoder(c);
  }
  Result<std::unique_ptr<BlockDecoder>> make_block_decoder(const BlockDecoderConfig& c) override {
    return host_->make_block_decoder(c);
  }
  Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& c) override {
    return host_->make_code_finder(c);
  }
  Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& c) override {
    return host_->make_code_sampler(c);
  }

 private:
  RemoteBackend(std::unique_ptr<Backend> host, RemoteDevice& device)
      : host_(std::move(host)), memory_(host_->memory(), device) {}

  std::unique_ptr<Backend> host_;
  RemoteMemory memory_;
};

}  // namespace ostracon::test
