#include "kernels/core/cuda_backend.hpp"

#include <utility>

#include "kernels/core/cuda_try.hpp"
#include "kernels/core/device_backend.hpp"
#include "kernels/core/fft.hpp"

namespace ostracon::cuda {

Result<std::unique_ptr<Backend>> make_backend(int index) {
  OSTRACON_TRY_ASSIGN(auto device, Device::create(index));
  // Without cuFFT no field could be read: better said now than by the first.
  OSTRACON_TRY(Fft::create(*device, FftKind::kComplexToComplex, 8, 8, 1));
  return make_device_backend(std::move(device));
}

Result<std::vector<DeviceInfo>> list_devices() {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaErrorInsufficientDriver || status == cudaErrorNoDevice || count == 0)
    return Error{ErrorCode::kUnavailable,
                 std::string("no GPU that CUDA can use: ") +
                     (status == cudaSuccess ? "none is there" : cudaGetErrorString(status))};
  if (status != cudaSuccess) return to_error(status, "counting the GPUs");
  std::vector<DeviceInfo> devices;
  for (int index = 0; index < count; ++index) {
    cudaDeviceProp properties{};
    OSTRACON_CUDA_TRY(cudaGetDeviceProperties(&properties, index));
    OSTRACON_CUDA_TRY(cudaSetDevice(index));
    DeviceInfo info{
        index,           properties.name, 0, 0, properties.multiProcessorCount, properties.major,
        properties.minor};
    OSTRACON_CUDA_TRY(cudaMemGetInfo(&info.free_bytes, &info.memory_bytes));
    devices.push_back(std::move(info));
  }
  return devices;
}

}  // namespace ostracon::cuda
