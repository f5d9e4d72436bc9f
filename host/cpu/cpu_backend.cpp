#include "host/cpu/cpu_backend.hpp"

#include <cstdlib>
#include <cstring>
#include <opencv2/core.hpp>

#include "host/cpu/block_decoder.hpp"
#include "host/cpu/code_finder.hpp"
#include "host/cpu/code_sampler.hpp"
#include "host/cpu/deinterleaver.hpp"
#include "host/cpu/drift_estimator.hpp"
#include "host/cpu/equaliser.hpp"
#include "host/cpu/flattener.hpp"
#include "host/cpu/frame_aligner.hpp"
#include "host/cpu/inner_decoder.hpp"
#include "host/cpu/lattice_tracker.hpp"
#include "host/cpu/mark_finder.hpp"
#include "host/cpu/module_sampler.hpp"
#include "host/cpu/pitch_finder.hpp"
#include "host/cpu/soft_canceller.hpp"

namespace ostracon::cpu {
namespace {

class HostMemory final : public Memory {
 public:
  Result<void*> allocate(std::size_t bytes) override {
    void* p = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (p == nullptr)
      return Error{ErrorCode::kOutOfMemory, "host: " + std::to_string(bytes) + " bytes"};
    return p;
  }
  void release(void* bytes) noexcept override { std::free(bytes); }
  Result<> upload(void* to, const void* from, std::size_t bytes) override {
    return copy(to, from, bytes);
  }
  Result<> download(void* to, const void* from, std::size_t bytes) override {
    return copy(to, from, bytes);
  }
  bool on_host() const override { return true; }
  bool reads(const void*) const override { return true; }
  Result<void*> allocate_staging(std::size_t bytes) override { return allocate(bytes); }
  void release_staging(void* bytes) noexcept override { release(bytes); }

 private:
  // An empty batch has no address, which memcpy must not be given even for no bytes.
  static Result<> copy(void* to, const void* from, std::size_t bytes) {
    if (bytes != 0) std::memcpy(to, from, bytes);
    return Ok{};
  }
};

class CpuBackend final : public Backend {
 public:
  BackendKind kind() const override { return BackendKind::kCpu; }
  Memory& memory() override { return memory_; }
  Result<> synchronize() override { return Ok{}; }
  Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& config) override {
    return cpu::make_flattener(config);
  }
  Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(
      const DriftEstimatorConfig& config) override {
    return cpu::make_drift_estimator(config);
  }
  Result<std::unique_ptr<FrameAligner>> make_frame_aligner(
      const FrameAlignerConfig& config) override {
    return cpu::make_frame_aligner(config);
  }
  Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& config) override {
    return cpu::make_pitch_finder(config);
  }
  Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(
      const LatticeTrackerConfig& config) override {
    return cpu::make_lattice_tracker(config);
  }
  Result<std::unique_ptr<MarkFinder>> make_mark_finder(const MarkFinderConfig& config) override {
    return cpu::make_mark_finder(config);
  }
  Result<std::unique_ptr<ModuleSampler>> make_module_sampler(
      const ModuleSamplerConfig& config) override {
    return cpu::make_module_sampler(config);
  }
  Result<std::unique_ptr<Equaliser>> make_equaliser(const EqualiserConfig& config) override {
    return cpu::make_equaliser(config);
  }
  Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(
      const SoftCancellerConfig& config) override {
    return cpu::make_soft_canceller(config);
  }
  Result<std::unique_ptr<Deinterleaver>> make_deinterleaver(
      const DeinterleaverConfig& config) override {
    return cpu::make_deinterleaver(config);
  }
  Result<std::unique_ptr<InnerDecoder>> make_inner_decoder(
      const InnerDecoderConfig& config) override {
    return cpu::make_inner_decoder(config);
  }
  Result<std::unique_ptr<BlockDecoder>> make_block_decoder(
      const BlockDecoderConfig& config) override {
    return cpu::make_block_decoder(config);
  }
  Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config) override {
    return cpu::make_code_finder(config);
  }
  Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& config) override {
    return cpu::make_code_sampler(config);
  }

 private:
  HostMemory memory_;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_backend() {
  // oneTBB alone spreads work; OpenCV's own threads would only get in its way.
  cv::setNumThreads(0);
  return std::unique_ptr<Backend>(std::make_unique<CpuBackend>());
}

}  // namespace ostracon::cpu
