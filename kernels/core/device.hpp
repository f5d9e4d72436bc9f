#pragma once
// One GPU, one in-order queue on it, and memory from its pool. Names no CUDA type, so that what
// uses kernels needs no CUDA header.

#include <cstddef>
#include <memory>
#include <string>

#include "core/buffer.hpp"
#include "core/result.hpp"

struct CUstream_st;

namespace ostracon::cuda {

/// All work given to a Device runs in the order given. Not thread-safe: one Device, one thread.
/// What is allocated from its memory must not outlive it.
class Device {
 public:
  /// kUnavailable if the machine has no driver or no GPU of that index.
  static Result<std::unique_ptr<Device>> create(int index = 0);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  /// Of the device. Allocation and release are ordered with the kernels; an upload returns when
  /// the source may be changed. Errors: kOutOfMemory names the bytes; kDevice.
  Memory& memory() { return *memory_; }
  /// Calls of CUDA by this thread go to this device from now on. A device's work may be given to it
  /// by one thread after another.
  Result<> make_current();
  /// Waits until all work is done. kDevice: what went wrong in any of it.
  Result<> synchronize();
  /// Sets `bytes` bytes from `to` on to 0, in order with the kernels.
  Result<> clear(void* to, std::size_t bytes);

  CUstream_st* stream() const { return stream_; }
  const std::string& name() const { return name_; }
  int multiprocessors() const { return multiprocessors_; }
  std::size_t most_shared_bytes() const { return most_shared_bytes_; }  ///< a block may have

 private:
  Device() = default;

  int index_ = 0;
  CUstream_st* stream_ = nullptr;
  std::unique_ptr<Memory> memory_;
  std::string name_;
  int multiprocessors_ = 0;
  std::size_t most_shared_bytes_ = 0;
};

}  // namespace ostracon::cuda
