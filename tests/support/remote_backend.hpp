#pragma once
// The CPU's stages behind memory that the pipeline must take for a device's: of limited size, and
// it can be lost. For tests of what the pipeline does with such backends, at the CPU's speed.

#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <string>

#include "pipeline/backend.hpp"

namespace ostracon::test {

/// One device that several backends share.
struct RemoteDevice {
  std::atomic<std::int64_t> free_bytes = std::numeric_limits<std::int64_t>::max();
  std::atomic<int> uploads_left = std::numeric_limits<int>::max();  ///< then it is lost
  std::atomic<int> backends = 0;
};

class RemoteMemory final : public Memory {
 public:
  RemoteMemory(Memory& host, RemoteDevice& device) : host_(host), device_(device) {}
  Result<void*> allocate(std::size_t bytes) override {
    const auto count = static_cast<std::int64_t>(bytes);
    if ((device_.free_bytes -= count) < 0) {
      device_.free_bytes += count;
      return Error{ErrorCode::kOutOfMemory, std::to_string(bytes) + " bytes of device memory"};
    }
    OSTRACON_TRY_ASSIGN(void* address, host_.allocate(bytes));
    const std::scoped_lock lock(mutex_);
    sizes_.emplace(address, count);
    return address;
  }
  void release(void* bytes) noexcept override {
    const std::scoped_lock lock(mutex_);
    const auto found = sizes_.find(bytes);
    device_.free_bytes += found->second;
    sizes_.erase(found);
    host_.release(bytes);
  }
  Result<> upload(void* to, const void* from, std::size_t bytes) override {
    if (--device_.uploads_left < 0) return Error{ErrorCode::kDevice, "the device is lost"};
    return host_.upload(to, from, bytes);
  }
  Result<> download(void* to, const void* from, std::size_t bytes) override {
    return host_.download(to, from, bytes);
  }
  bool on_host() const override { return false; }
  Result<void*> allocate_staging(std::size_t bytes) override { return host_.allocate(bytes); }
  void release_staging(void* bytes) noexcept override { host_.release(bytes); }

 private:
  Memory& host_;
  RemoteDevice& device_;
  std::mutex mutex_;
  std::map<void*, std::int64_t> sizes_;
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
