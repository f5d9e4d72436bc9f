#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "core/buffer.hpp"

namespace ostracon::cuda {

/// Memory of the device that grows with what is put into it.
template <class T>
class Room {
 public:
  Result<T*> make(Memory& memory, std::size_t count) {
    if (!buffer_ || buffer_->size() < count) {
      buffer_.reset();
      OSTRACON_TRY_ASSIGN(auto buffer, Buffer<T>::create(memory, count));
      buffer_.emplace(std::move(buffer));
    }
    return buffer_->data();
  }
  Result<T*> put(Memory& memory, std::span<const T> values) {
    OSTRACON_TRY_ASSIGN(T * data, make(memory, values.size()));
    OSTRACON_TRY(memory.upload(data, values.data(), values.size() * sizeof(T)));
    return data;
  }

 private:
  std::optional<Buffer<T>> buffer_;
};

}  // namespace ostracon::cuda
