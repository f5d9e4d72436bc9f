#pragma once
// Where a fiber stands, and the way from one to another. swapcontext asks the kernel for the signal
// mask at every switch, which is most of what an emulated launch costs; so beyond a fiber's first
// switch only registers are exchanged. Under the address sanitizer, which takes such a jump for one
// out of the frames above, it is swapcontext after all.

#include <setjmp.h>
#include <ucontext.h>

#include <cstddef>

namespace ostracon::emulation {

#if defined(__SANITIZE_ADDRESS__)
#define OSTRACON_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OSTRACON_ASAN 1
#endif
#endif

class FiberContext {
 public:
  /// The next switch to it calls `entry`, which must not return, on this stack.
  void prepare(void* stack, std::size_t bytes, void (*entry)()) {
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack;
    context_.uc_stack.ss_size = bytes;
    context_.uc_link = nullptr;
    makecontext(&context_, entry, 0);
    fresh_ = true;
  }

  /// Leaves `from`, where it returns when another switches back.
  static void change(FiberContext& from, FiberContext& to) {
#if defined(OSTRACON_ASAN) || defined(_FORTIFY_SOURCE)
    swapcontext(&from.context_, &to.context_);
#else
    if (_setjmp(from.place_) != 0) return;
    if (!to.fresh_) _longjmp(to.place_, 1);
    to.fresh_ = false;
    setcontext(&to.context_);
#endif
  }

 private:
  ucontext_t context_{};
  [[maybe_unused]] jmp_buf place_{};
  [[maybe_unused]] bool fresh_ = false;
};

}  // namespace ostracon::emulation
