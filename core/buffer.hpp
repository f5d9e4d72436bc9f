#pragma once
// Owning memory of a backend. Code above the backends can size, fill and read back a Buffer,
// but never dereferences it: the bytes may live on a GPU.

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "core/view.hpp"

namespace ostracon {

/// Where a backend keeps its bytes. One in-order queue: every copy is ordered with the backend's
/// kernels, and `download` returns only when the bytes have arrived.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual Result<void*> allocate(std::size_t bytes) = 0;
  virtual void release(void* bytes) noexcept = 0;
  virtual Result<> upload(void* to, const void* from, std::size_t bytes) = 0;
  virtual Result<> download(void* to, const void* from, std::size_t bytes) = 0;
  /// True where the host may read and write this memory as it is.
  virtual bool on_host() const = 0;
  /// True if the backend's stages read the bytes at `address` as they read its own: of any host
  /// memory where on_host(), else of what backends of the same device have allocated.
  virtual bool reads(const void* address) const = 0;
  /// Host memory that copies to and from this one are fastest with; to be released before this.
  virtual Result<void*> allocate_staging(std::size_t bytes) = 0;
  virtual void release_staging(void* bytes) noexcept = 0;
};

template <class T>
class Buffer {
 public:
  static Result<Buffer> create(Memory& memory, std::size_t count) {
    OSTRACON_TRY_ASSIGN(void* bytes, memory.allocate(count * sizeof(T)));
    return Buffer(memory, static_cast<T*>(bytes), count);
  }
  static Result<Buffer> from(Memory& memory, std::span<const T> values) {
    OSTRACON_TRY_ASSIGN(auto buffer, create(memory, values.size()));
    OSTRACON_TRY(memory.upload(buffer.data(), values.data(), values.size_bytes()));
    return Result<Buffer>(std::move(buffer));  // nvcc would copy it
  }
  Result<> download(std::span<T> to) const {
    if (to.size() != count_)
      return Error{ErrorCode::kInvalidArgument, "download: destination size differs"};
    return memory_->download(to.data(), data_.get(), to.size_bytes());
  }

  /// The values where the host can read them: in place, or in `room`, which is made to fit.
  Result<std::span<const T>> on_host(std::vector<T>& room) const {
    if (memory_->on_host()) return std::span<const T>(data_.get(), count_);
    room.resize(count_);
    OSTRACON_TRY(download(room));
    return std::span<const T>(room);
  }

  T* data() const { return data_.get(); }  ///< an address in the backend's memory
  std::size_t size() const { return count_; }

 private:
  struct Release {
    Memory* memory;
    void operator()(T* bytes) const noexcept { memory->release(bytes); }
  };
  Buffer(Memory& memory, T* data, std::size_t count)
      : memory_(&memory), data_(data, Release{&memory}), count_(count) {}

  Memory* memory_;
  std::unique_ptr<T, Release> data_;
  std::size_t count_;
};

/// Owning staging memory of a backend (Memory::allocate_staging).
class StagingBuffer {
 public:
  static Result<StagingBuffer> create(Memory& memory, std::size_t bytes) {
    OSTRACON_TRY_ASSIGN(void* data, memory.allocate_staging(bytes));
    return StagingBuffer(memory, static_cast<std::byte*>(data), bytes);
  }
  std::span<std::byte> bytes() const { return {data_.get(), size_}; }

 private:
  struct Release {
    Memory* memory;
    void operator()(std::byte* bytes) const noexcept { memory->release_staging(bytes); }
  };
  StagingBuffer(Memory& memory, std::byte* data, std::size_t size)
      : data_(data, Release{&memory}), size_(size) {}

  std::unique_ptr<std::byte, Release> data_;
  std::size_t size_;
};

}  // namespace ostracon
