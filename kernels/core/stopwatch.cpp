#include "kernels/core/stopwatch.hpp"

#include <utility>

#include "kernels/core/cuda_try.hpp"

namespace ostracon::cuda {

void Stopwatch::Destroy::operator()(CUevent_st* event) const noexcept {
  static_cast<void>(cudaEventDestroy(event));
}

Stopwatch::Stopwatch(Device& device, Event begin, Event end)
    : device_(&device), begin_(std::move(begin)), end_(std::move(end)) {}

Result<Stopwatch> Stopwatch::create(Device& device) {
  cudaEvent_t begin = nullptr, end = nullptr;
  OSTRACON_CUDA_TRY(cudaEventCreate(&begin));
  Event owned_begin(begin);
  OSTRACON_CUDA_TRY(cudaEventCreate(&end));
  return Stopwatch(device, std::move(owned_begin), Event(end));
}

Result<> Stopwatch::start() {
  OSTRACON_CUDA_TRY(cudaEventRecord(begin_.get(), device_->stream()));
  return Ok{};
}

Result<double> Stopwatch::stop() {
  OSTRACON_CUDA_TRY(cudaEventRecord(end_.get(), device_->stream()));
  OSTRACON_CUDA_TRY(cudaEventSynchronize(end_.get()));
  float milliseconds = 0;
  OSTRACON_CUDA_TRY(cudaEventElapsedTime(&milliseconds, begin_.get(), end_.get()));
  return double{milliseconds} * 1e-3;
}

}  // namespace ostracon::cuda
