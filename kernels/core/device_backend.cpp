#include "kernels/core/device_backend.hpp"

#include <utility>

#include "kernels/block_decoder.hpp"
#include "kernels/code_finder.hpp"
#include "kernels/code_sampler.hpp"
#include "kernels/deinterleaver.hpp"
#include "kernels/drift_estimator.hpp"
#include "kernels/equaliser.hpp"
#include "kernels/flattener.hpp"
#include "kernels/frame_aligner.hpp"
#include "kernels/inner_decoder.hpp"
#include "kernels/lattice_tracker.hpp"
#include "kernels/mark_finder.hpp"
#include "kernels/module_sampler.hpp"
#include "kernels/pitch_finder.hpp"
#include "kernels/soft_canceller.hpp"

namespace ostracon::cuda {
namespace {

class DeviceBackend final : public Backend {
 public:
  explicit DeviceBackend(std::unique_ptr<Device> device) : device_(std::move(device)) {}
  BackendKind kind() const override { return BackendKind::kCuda; }
  Memory& memory() override { return device_->memory(); }
  Result<> synchronize() override { return device_->synchronize(); }

  Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& config) override {
    return cuda::make_flattener(config, *device_);
  }
  Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(
      const DriftEstimatorConfig& config) override {
    return cuda::make_drift_estimator(config, *device_);
  }
  Result<std::unique_ptr<FrameAligner>> make_frame_aligner(
      const FrameAlignerConfig& config) override {
    return cuda::make_frame_aligner(config, *device_);
  }
  Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& config) override {
    return cuda::make_pitch_finder(config, *device_);
  }
  Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(
      const LatticeTrackerConfig& config) override {
    return cuda::make_lattice_tracker(config, *device_);
  }
  Result<std::unique_ptr<MarkFinder>> make_mark_finder(const MarkFinderConfig& config) override {
    return cuda::make_mark_finder(config, *device_);
  }
  Result<std::unique_ptr<ModuleSampler>> make_module_sampler(
      const ModuleSamplerConfig& config) override {
    return cuda::make_module_sampler(config, *device_);
  }
  Result<std::unique_ptr<Equaliser>> make_equaliser(const EqualiserConfig& config) override {
    return cuda::make_equaliser(config, *device_);
  }
  Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(
      const SoftCancellerConfig& config) override {
    return cuda::make_soft_canceller(config, *device_);
  }
  Result<std::unique_ptr<Deinterleaver>> make_deinterleaver(
      const DeinterleaverConfig& config) override {
    return cuda::make_deinterleaver(config, *device_);
  }
  Result<std::unique_ptr<InnerDecoder>> make_inner_decoder(
      const InnerDecoderConfig& config) override {
    return cuda::make_inner_decoder(config, *device_);
  }
  Result<std::unique_ptr<BlockDecoder>> make_block_decoder(
      const BlockDecoderConfig& config) override {
    return cuda::make_block_decoder(config, *device_);
  }
  Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config) override {
    return cuda::make_code_finder(config, *device_);
  }
  Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& config) override {
    return cuda::make_code_sampler(config, *device_);
  }

 private:
  std::unique_ptr<Device> device_;
};

}  // namespace

std::unique_ptr<Backend> make_device_backend(std::unique_ptr<Device> device) {
  return std::make_unique<DeviceBackend>(std::move(device));
}

}  // namespace ostracon::cuda
