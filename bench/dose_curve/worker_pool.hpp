#pragma once
// Pages side by side: one worker a core, each with a reader of its own.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/dose_curve/page_trial.hpp"

namespace ostracon::bench {

class WorkerPool {
 public:
  explicit WorkerPool(std::int32_t threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  std::int32_t threads() const { return static_cast<std::int32_t>(threads_.size()); }

  /// Calls task(worker, i) for i = 0, 1, ... count - 1 in that order on whatever workers are free,
  /// until a task returns false; returns when all that were begun are done. May be called from
  /// several threads: earlier calls are served first.
  void run(std::int32_t count, const std::function<bool(PageWorker&, std::int32_t)>& task);

 private:
  struct Batch {
    std::int32_t next = 0, count = 0, running = 0;
    bool stopped = false;
    const std::function<bool(PageWorker&, std::int32_t)>* task = nullptr;
    bool waiting() const { return !stopped && next < count; }
  };
  void work();
  Batch* next_batch();

  LayoutCache layouts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch*> batches_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ostracon::bench
