#pragma once
// What a backend is: memory, one in-order queue, and a maker for every stage.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/buffer.hpp"
#include "core/result.hpp"
#include "pipeline/stages/block_decoder.hpp"
#include "pipeline/stages/code_finder.hpp"
#include "pipeline/stages/code_sampler.hpp"
#include "pipeline/stages/deinterleaver.hpp"
#include "pipeline/stages/drift_estimator.hpp"
#include "pipeline/stages/equaliser.hpp"
#include "pipeline/stages/flattener.hpp"
#include "pipeline/stages/frame_aligner.hpp"
#include "pipeline/stages/inner_decoder.hpp"
#include "pipeline/stages/lattice_tracker.hpp"
#include "pipeline/stages/mark_finder.hpp"
#include "pipeline/stages/module_sampler.hpp"
#include "pipeline/stages/pitch_finder.hpp"
#include "pipeline/stages/soft_canceller.hpp"

namespace ostracon {

enum class BackendKind { kCpu, kCuda };
std::string_view to_string(BackendKind kind);

/// One in-order queue of work on one device. Calls on the same Backend run in the order made;
/// two Backends run side by side. Not thread-safe: one Backend, one calling thread.
///
/// `make_*` does all that is slow or can fail for want of memory (plans, tables, scratch), so
/// that `run` of the stage made allocates nothing. A stage must not outlive its Backend.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual BackendKind kind() const = 0;
  virtual Memory& memory() = 0;
  virtual Result<> synchronize() = 0;

  virtual Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& config) = 0;
  virtual Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(
      const DriftEstimatorConfig& config) = 0;
  virtual Result<std::unique_ptr<FrameAligner>> make_frame_aligner(
      const FrameAlignerConfig& config) = 0;
  virtual Result<std::unique_ptr<PitchFinder>> make_pitch_finder(
      const PitchFinderConfig& config) = 0;
  virtual Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(
      const LatticeTrackerConfig& config) = 0;
  virtual Result<std::unique_ptr<MarkFinder>> make_mark_finder(const MarkFinderConfig& config) = 0;
  virtual Result<std::unique_ptr<ModuleSampler>> make_module_sampler(
      const ModuleSamplerConfig& config) = 0;
  virtual Result<std::unique_ptr<Equaliser>> make_equaliser(const EqualiserConfig& config) = 0;
  virtual Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(
      const SoftCancellerConfig& config) = 0;
  virtual Result<std::unique_ptr<Deinterleaver>> make_deinterleaver(
      const DeinterleaverConfig& config) = 0;
  virtual Result<std::unique_ptr<InnerDecoder>> make_inner_decoder(
      const InnerDecoderConfig& config) = 0;
  virtual Result<std::unique_ptr<BlockDecoder>> make_block_decoder(
      const BlockDecoderConfig& config) = 0;
  virtual Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config) = 0;
  virtual Result<std::unique_ptr<CodeSampler>> make_code_sampler(
      const CodeSamplerConfig& config) = 0;
};

/// A GPU of this machine.
struct DeviceInfo {
  int index = 0;
  std::string name;
  std::size_t memory_bytes = 0, free_bytes = 0;
  int multiprocessors = 0;
  int major = 0, minor = 0;  ///< compute capability
};

/// The GPUs that the CUDA backend can use. kUnavailable, with the reason, if this build has no CUDA
/// backend, or the machine no driver or GPU.
Result<std::vector<DeviceInfo>> cuda_devices();

/// `device` counts the GPUs of cuda_devices(), and means nothing to the CPU.
/// kUnavailable if this build has no such backend, or this machine no such device for it.
Result<std::unique_ptr<Backend>> make_backend(BackendKind kind, int device = 0);

}  // namespace ostracon
