#include "kernels/core/device.hpp"

#include <cstdint>
#include <limits>

#include "kernels/core/cuda_try.hpp"

namespace ostracon::cuda {
namespace {

class DeviceMemory final : public Memory {
 public:
  DeviceMemory(cudaStream_t stream, int device) : stream_(stream), device_(device) {}

  Result<void*> allocate(std::size_t bytes) override {
    void* p = nullptr;
    const cudaError_t status = cudaMallocAsync(&p, bytes == 0 ? 1 : bytes, stream_);
    if (status != cudaSuccess)
      return to_error(status, "cudaMallocAsync of " + std::to_string(bytes) + " bytes");
    return p;
  }
  void release(void* bytes) noexcept override {
    // An error here is one of earlier work, and synchronize() tells it.
    static_cast<void>(cudaFreeAsync(bytes, stream_));
  }
  Result<> upload(void* to, const void* from, std::size_t bytes) override {
    OSTRACON_CUDA_TRY(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_));
    // From pinned memory the copy goes on while the source could change.
    OSTRACON_CUDA_TRY(cudaStreamSynchronize(stream_));
    return Ok{};
  }
  Result<> download(void* to, const void* from, std::size_t bytes) override {
    OSTRACON_CUDA_TRY(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_));
    OSTRACON_CUDA_TRY(cudaStreamSynchronize(stream_));
    return Ok{};
  }
  bool on_host() const override { return false; }
  bool reads(const void* address) const override {
    cudaPointerAttributes attributes{};
    if (cudaPointerGetAttributes(&attributes, address) != cudaSuccess) {
      static_cast<void>(cudaGetLastError());  // or the next launch would be taken for failed
      return false;
    }
    return attributes.type == cudaMemoryTypeDevice && attributes.device == device_;
  }
  Result<void*> allocate_staging(std::size_t bytes) override {
    void* p = nullptr;
    const cudaError_t status = cudaMallocHost(&p, bytes == 0 ? 1 : bytes);
    if (status != cudaSuccess)
      return to_error(status, "cudaMallocHost of " + std::to_string(bytes) + " bytes");
    return p;
  }
  void release_staging(void* bytes) noexcept override { static_cast<void>(cudaFreeHost(bytes)); }

 private:
  cudaStream_t stream_;
  int device_;
};

}  // namespace

Result<std::unique_ptr<Device>> Device::create(int index) {
  int devices = 0;
  if (const cudaError_t status = cudaGetDeviceCount(&devices); status != cudaSuccess)
    return to_error(status, "no GPU that CUDA can use");
  if (index < 0 || index >= devices)
    return Error{ErrorCode::kUnavailable, "there is no CUDA device " + std::to_string(index) +
                                              ": this machine has " + std::to_string(devices)};
  OSTRACON_CUDA_TRY(cudaSetDevice(index));
  cudaDeviceProp properties{};
  OSTRACON_CUDA_TRY(cudaGetDeviceProperties(&properties, index));
  std::unique_ptr<Device> device(new Device);
  device->index_ = index;
  device->name_ = properties.name;
  device->multiprocessors_ = properties.multiProcessorCount;
  device->most_shared_bytes_ = properties.sharedMemPerBlockOptin;
  // What is released stays in the pool, so that the next stage need not ask the system.
  cudaMemPool_t pool = nullptr;
  OSTRACON_CUDA_TRY(cudaDeviceGetDefaultMemPool(&pool, index));
  std::uint64_t kept = std::numeric_limits<std::uint64_t>::max();
  OSTRACON_CUDA_TRY(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &kept));
  OSTRACON_CUDA_TRY(cudaStreamCreateWithFlags(&device->stream_, cudaStreamNonBlocking));
  device->memory_ = std::make_unique<DeviceMemory>(device->stream_, index);
  return device;
}

Device::~Device() {
  if (stream_ != nullptr) static_cast<void>(cudaStreamDestroy(stream_));
}

Result<> Device::make_current() {
  OSTRACON_CUDA_TRY(cudaSetDevice(index_));
  return Ok{};
}

Result<> Device::synchronize() {
  OSTRACON_CUDA_TRY(cudaStreamSynchronize(stream_));
  return Ok{};
}

Result<> Device::clear(void* to, std::size_t bytes) {
  OSTRACON_CUDA_TRY(cudaMemsetAsync(to, 0, bytes, stream_));
  return Ok{};
}

}  // namespace ostracon::cuda
