#pragma once
// Small tables of one run, gathered on the host and sent to the device in one copy.

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/buffer.hpp"

namespace ostracon::cuda {

class PackedFloats {
 public:
  /// `capacity`: floats, with up to 3 between one table and the next.
  static Result<PackedFloats> create(Memory& memory, std::size_t capacity) {
    OSTRACON_TRY_ASSIGN(auto buffer, Buffer<float>::create(memory, capacity));
    return PackedFloats(memory, std::move(buffer));
  }

  void clear() { host_.clear(); }
  /// Where the table will lie on the device, at a multiple of 16 bytes, once it is sent.
  const float* put(std::span<const float> table) {
    host_.resize((host_.size() + 3) / 4 * 4);
    const float* place = device_.data() + host_.size();
    host_.insert(host_.end(), table.begin(), table.end());
    return place;
  }
  /// kInvalidArgument, named after `what`, if the tables are larger than planned.
  Result<> send(const std::string& what) {
    if (host_.size() > device_.size())
      return Error{ErrorCode::kInvalidArgument, what + ": maps of " + std::to_string(host_.size()) +
                                                    " values, planned for at most " +
                                                    std::to_string(device_.size())};
    return memory_->upload(device_.data(), host_.data(), host_.size() * sizeof(float));
  }

 private:
  PackedFloats(Memory& memory, Buffer<float> device)
      : memory_(&memory), device_(std::move(device)) {
    host_.reserve(device_.size());
  }

  Memory* memory_;
  Buffer<float> device_;
  std::vector<float> host_;
};

}  // namespace ostracon::cuda
