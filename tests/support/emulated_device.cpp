// kernels/core/device.hpp without a GPU: host memory with guards, and no queue, since an emulated
// kernel is done when its launch returns.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <set>

#include "kernels/core/device.hpp"
#include "tests/support/guarded_bytes.hpp"

namespace ostracon::cuda {
namespace {

using emulation::GuardedBytes;

/// Of all backends, since one device is emulated.
std::mutex all_mutex;
std::set<const GuardedBytes*> all_blocks;

class GuardedMemory final : public Memory {
 public:
  ~GuardedMemory() override {
    EXPECT_TRUE(blocks_.empty()) << blocks_.size() << " buffers outlive their device";
  }
  Result<void*> allocate(std::size_t bytes) override {
    auto block = std::make_unique<GuardedBytes>(bytes);
    void* address = block->data();
    {
      const std::scoped_lock lock(all_mutex);
      all_blocks.insert(block.get());
    }
    blocks_.emplace(address, std::move(block));
    return address;
  }
  void release(void* bytes) noexcept override {
    const auto found = blocks_.find(bytes);
    if (found == blocks_.end()) {
      ADD_FAILURE() << "release of what was not allocated";
      return;
    }
    EXPECT_TRUE(found->second->intact())
        << "a kernel has written beyond a buffer of " << found->second->size() << " bytes";
    {
      const std::scoped_lock lock(all_mutex);
      all_blocks.erase(found->second.get());
    }
    blocks_.erase(found);
  }
  Result<> upload(void* to, const void* from, std::size_t bytes) override {
    return copy("upload", to, to, from, bytes);
  }
  Result<> download(void* to, const void* from, std::size_t bytes) override {
    return copy("download", from, to, from, bytes);
  }
  bool on_host() const override { return false; }
  bool reads(const void* address) const override {
    const std::scoped_lock lock(all_mutex);
    return std::any_of(all_blocks.begin(), all_blocks.end(),
                       [&](const GuardedBytes* block) { return block->holds(address, 1); });
  }
  Result<void*> allocate_staging(std::size_t bytes) override {
    return ::operator new(bytes, std::nothrow);
  }
  void release_staging(void* bytes) noexcept override { ::operator delete(bytes); }

 private:
  Result<> copy(const char* name, const void* device, void* to, const void* from,
                std::size_t bytes) {
    for (const auto& [address, block] : blocks_) {
      if (!block->holds(device, bytes)) continue;
      if (bytes > 0) std::memcpy(to, from, bytes);
      return Ok{};
    }
    return Error{ErrorCode::kDevice, std::string(name) + " of " + std::to_string(bytes) +
                                         " bytes: they are not within a buffer of the device"};
  }

  std::map<const void*, std::unique_ptr<GuardedBytes>> blocks_;
};

}  // namespace

Result<std::unique_ptr<Device>> Device::create(int index) {
  if (index != 0) return Error{ErrorCode::kUnavailable, "one device is emulated"};
  std::unique_ptr<Device> device(new Device);
  device->index_ = index;
  device->memory_ = std::make_unique<GuardedMemory>();
  device->name_ = "emulation";
  device->multiprocessors_ = 1;
  device->most_shared_bytes_ = std::size_t{227} * 1024;
  return device;
}

Device::~Device() = default;

Result<> Device::make_current() { return Ok{}; }
Result<> Device::synchronize() { return Ok{}; }

Result<> Device::clear(void* to, std::size_t bytes) {
  std::memset(to, 0, bytes);
  return Ok{};
}

}  // namespace ostracon::cuda
