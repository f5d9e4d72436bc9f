#include "tests/support/cuda_emulation.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fiber_context.hpp"
#include "tests/support/fiber_stack.hpp"
#include "tests/support/guarded_bytes.hpp"

#ifdef OSTRACON_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

namespace ostracon::emulation {
namespace {

enum class State : std::uint8_t { kReady, kWaitsForBlock, kWaitsForWarp, kEnded };

struct Thread {
  FiberContext context;
  void* stack = nullptr;
  void* sanitizer_stack = nullptr;
  uint3 index;
  State state = State::kReady;
  int line = 0;  // of what it waits for
  Vote vote = Vote::kNone;
  int own_vote = 0, voted = 0;
  unsigned mask = 0;
  std::uint64_t brought = 0;
};

struct Warp {
  std::uint64_t handed_out[kWarp];
};

std::string place(uint3 at) {
  std::string text = std::to_string(at.x);
  text += ", " + std::to_string(at.y);
  text += ", " + std::to_string(at.z);
  return text;
}

std::atomic<std::int64_t> launch_count{0};

class Block {
 public:
  Block(dim3 size, std::size_t shared_bytes, const std::function<void()>& body);
  Result<> run(uint3 index);

  void* shared_memory() { return shared_->data(); }
  int wait_for_block(Vote vote, int own, int line);
  const std::uint64_t* wait_for_warp(unsigned mask, std::uint64_t own, int line);
  unsigned lane() const { return static_cast<unsigned>(running_ - threads_.data()) % kWarp; }

 private:
  static void enter();
  void resume(Thread& thread);
  void leave(Thread& thread);
  bool release_warps();
  bool release_block();
  Error deadlock(uint3 index) const;

  const std::function<void()>& body_;
  std::size_t shared_bytes_;
  std::unique_ptr<GuardedBytes> shared_;
  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  Thread* running_ = nullptr;
  FiberContext scheduler_;
  [[maybe_unused]] void* scheduler_sanitizer_stack_ = nullptr;
  [[maybe_unused]] const void* scheduler_bottom_ = nullptr;
  [[maybe_unused]] std::size_t scheduler_bytes_ = 0;
};

thread_local Block* current = nullptr;
thread_local std::vector<Stack> stacks;

Block::Block(dim3 size, std::size_t shared_bytes, const std::function<void()>& body)
    : body_(body),
      shared_bytes_(shared_bytes),
      threads_(std::size_t{size.x} * size.y * size.z),
      warps_((threads_.size() + kWarp - 1) / kWarp) {
  while (stacks.size() < threads_.size()) stacks.emplace_back();
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const auto flat = static_cast<unsigned>(i);
    threads_[i].index = {flat % size.x, flat / size.x % size.y, flat / size.x / size.y};
    threads_[i].stack = stacks[i].bottom();
    if (threads_[i].stack != nullptr)
      threads_[i].context.prepare(threads_[i].stack, kStackBytes, &Block::enter);
  }
}

// Every switch of stacks is told to the address sanitizer, or it takes one fiber's frames for
// another's.
void Block::resume(Thread& thread) {
  running_ = &thread;
  threadIdx = thread.index;
#ifdef OSTRACON_ASAN
  __sanitizer_start_switch_fiber(&scheduler_sanitizer_stack_, thread.stack, kStackBytes);
#endif
  FiberContext::change(scheduler_, thread.context);
#ifdef OSTRACON_ASAN
  __sanitizer_finish_switch_fiber(scheduler_sanitizer_stack_, nullptr, nullptr);
#endif
}

void Block::leave(Thread& thread) {
#ifdef OSTRACON_ASAN
  __sanitizer_start_switch_fiber(&thread.sanitizer_stack, scheduler_bottom_, scheduler_bytes_);
#endif
  FiberContext::change(thread.context, scheduler_);
#ifdef OSTRACON_ASAN
  __sanitizer_finish_switch_fiber(thread.sanitizer_stack, nullptr, nullptr);
#endif
}

void Block::enter() {
  Block& block = *current;
#ifdef OSTRACON_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &block.scheduler_bottom_, &block.scheduler_bytes_);
#endif
  Thread& self = *block.running_;
  while (true) {  // a round for every block of the launch
    block.body_();
    self.state = State::kEnded;
    block.leave(self);
  }
}

int Block::wait_for_block(Vote vote, int own, int line) {
  Thread& self = *running_;
  self.vote = vote;
  self.own_vote = own != 0 ? 1 : 0;
  self.line = line;
  self.state = State::kWaitsForBlock;
  leave(self);
  return self.voted;
}

const std::uint64_t* Block::wait_for_warp(unsigned mask, std::uint64_t own, int line) {
  Thread& self = *running_;
  self.mask = mask;
  self.brought = own;
  self.line = line;
  self.state = State::kWaitsForWarp;
  leave(self);
  return warps_[static_cast<std::size_t>(&self - threads_.data()) / kWarp].handed_out;
}

/// Lets go on all groups of lanes that have come together. What they brought is copied: a lane may
/// come with more before the others have read. The mask may name lanes that the block has not.
bool Block::release_warps() {
  bool any = false;
  for (std::size_t first = 0; first < threads_.size(); first += kWarp) {
    const std::size_t lanes = std::min<std::size_t>(kWarp, threads_.size() - first);
    for (std::size_t i = 0; i < lanes; ++i) {
      const Thread& one = threads_[first + i];
      if (one.state != State::kWaitsForWarp || ((one.mask >> i) & 1U) == 0) continue;
      const unsigned mask = one.mask;
      const int line = one.line;
      bool together = true;
      for (std::size_t k = 0; k < lanes; ++k) {
        const Thread& other = threads_[first + k];
        if (((mask >> k) & 1U) != 0)
          together = together && other.state == State::kWaitsForWarp && other.mask == mask &&
                     other.line == line;
      }
      if (!together) continue;
      for (std::size_t k = 0; k < lanes; ++k) {
        Thread& other = threads_[first + k];
        if (((mask >> k) & 1U) == 0) continue;
        warps_[first / kWarp].handed_out[k] = other.brought;
        other.state = State::kReady;
      }
      any = true;
    }
  }
  return any;
}

bool Block::release_block() {
  int votes = 0;
  for (const Thread& thread : threads_) {
    if (thread.state != State::kWaitsForBlock || thread.line != threads_[0].line ||
        thread.vote != threads_[0].vote)
      return false;
    votes += thread.own_vote;
  }
  const auto all = static_cast<int>(threads_.size());
  for (Thread& thread : threads_) {
    thread.voted = thread.vote == Vote::kOr    ? (votes > 0 ? 1 : 0)
                   : thread.vote == Vote::kAnd ? (votes == all ? 1 : 0)
                                               : votes;
    thread.state = State::kReady;
  }
  return true;
}

Error Block::deadlock(uint3 index) const {
  const Thread* waiting = nullptr;
  for (const Thread& thread : threads_)
    if (thread.state != State::kEnded) waiting = &thread;
  const Thread* other = nullptr;
  for (const Thread& thread : threads_)
    if (thread.state != waiting->state || thread.line != waiting->line) other = &thread;
  const auto what = [](const Thread& thread) {
    if (thread.state == State::kEnded) return std::string(" has ended");
    return std::string(" waits at the ") +
           (thread.state == State::kWaitsForBlock ? "barrier" : "warp operation") + " of line " +
           std::to_string(thread.line);
  };
  std::string text =
      "block [" + place(index) + "]: thread [" + place(waiting->index) + "]" + what(*waiting);
  if (other != nullptr) text += ", but thread [" + place(other->index) + "]" + what(*other);
  return {ErrorCode::kDevice, text};
}

Result<> Block::run(uint3 index) {
  current = this;
  blockIdx = index;
  shared_ = std::make_unique<GuardedBytes>(shared_bytes_);  // anew, so that nothing is left over
  for (Thread& thread : threads_) {
    if (thread.stack == nullptr) return Error{ErrorCode::kOutOfMemory, "no stack for a fiber"};
    thread.state = State::kReady;
  }
  while (true) {
    bool all_ended = true;
    for (Thread& thread : threads_) {
      if (thread.state == State::kReady) resume(thread);
      all_ended = all_ended && thread.state == State::kEnded;
    }
    if (all_ended) break;
    if (!release_warps() && !release_block()) return deadlock(index);
  }
  if (!shared_->intact())
    return Error{ErrorCode::kDevice, "block [" + place(index) + "] has written beyond its " +
                                         std::to_string(shared_bytes_) + " bytes of shared memory"};
  return Ok{};
}

}  // namespace

Result<> run(dim3 grid, dim3 block, std::size_t shared_bytes, const std::function<void()>& thread) {
  constexpr unsigned kMostThreads = 1024, kMostRows = 65535;
  if (block.x * block.y * block.z == 0 || block.x * block.y * block.z > kMostThreads)
    return Error{ErrorCode::kDevice, "a launch of " + std::to_string(block.x) + " x " +
                                         std::to_string(block.y) + " x " + std::to_string(block.z) +
                                         " threads a block; it can be 1 to 1024"};
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.y > kMostRows || grid.z > kMostRows)
    return Error{ErrorCode::kDevice, "a launch of " + std::to_string(grid.x) + " x " +
                                         std::to_string(grid.y) + " x " + std::to_string(grid.z) +
                                         " blocks"};
  assert(current == nullptr);  // no kernel launches a kernel
  ++launch_count;
  blockDim = block;
  gridDim = grid;
  Block emulated(block, shared_bytes, thread);
  Result<> done = Ok{};
  for (unsigned z = 0; z < grid.z && done; ++z)
    for (unsigned y = 0; y < grid.y && done; ++y)
      for (unsigned x = 0; x < grid.x && done; ++x) done = emulated.run({x, y, z});
  current = nullptr;
  return done;
}

void* shared_memory() { return current->shared_memory(); }
int wait_for_block(Vote vote, int own, int line) {
  return current->wait_for_block(vote, own, line);
}
const std::uint64_t* wait_for_warp(unsigned mask, std::uint64_t own, int line) {
  return current->wait_for_warp(mask, own, line);
}
unsigned lane() { return current->lane(); }
std::int64_t launches() { return launch_count; }

}  // namespace ostracon::emulation
