#pragma once

#include <memory>

#include "core/result.hpp"
#include "kernels/core/device.hpp"

struct CUevent_st;

namespace ostracon::cuda {

/// Time that the device takes for the work queued between start() and stop(). Of a GPU only: the
/// emulation has none.
class Stopwatch {
 public:
  static Result<Stopwatch> create(Device& device);
  Result<> start();
  /// Waits for the work; seconds, to half a microsecond.
  Result<double> stop();

 private:
  struct Destroy {
    void operator()(CUevent_st* event) const noexcept;
  };
  using Event = std::unique_ptr<CUevent_st, Destroy>;

  Stopwatch(Device& device, Event begin, Event end);
  Device* device_;
  Event begin_, end_;
};

}  // namespace ostracon::cuda
