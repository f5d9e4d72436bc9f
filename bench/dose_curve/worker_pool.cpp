#include "bench/dose_curve/worker_pool.hpp"

#include <algorithm>

namespace ostracon::bench {

WorkerPool::WorkerPool(std::int32_t threads) {
  for (std::int32_t i = 0; i < std::max(threads, 1); ++i) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

WorkerPool::Batch* WorkerPool::next_batch() {
  const auto found = std::find_if(batches_.begin(), batches_.end(),
                                  [](const Batch* batch) { return batch->waiting(); });
  return found == batches_.end() ? nullptr : *found;
}

void WorkerPool::run(std::int32_t count,
                     const std::function<bool(PageWorker&, std::int32_t)>& task) {
  Batch batch;
  batch.count = count;
  batch.task = &task;
  std::unique_lock lock(mutex_);
  batches_.push_back(&batch);
  changed_.notify_all();
  changed_.wait(lock, [&] { return !batch.waiting() && batch.running == 0; });
  batches_.erase(std::find(batches_.begin(), batches_.end(), &batch));
}

void WorkerPool::work() {
  PageWorker worker(layouts_);
  std::unique_lock lock(mutex_);
  for (;;) {
    Batch* batch = nullptr;
    changed_.wait(lock, [&] { return closing_ || (batch = next_batch()) != nullptr; });
    if (batch == nullptr) return;
    const std::int32_t item = batch->next++;
    ++batch->running;
    lock.unlock();
    bool go_on = false;
    worker.alone([&] { go_on = (*batch->task)(worker, item); });
    lock.lock();
    --batch->running;
    if (!go_on) batch->stopped = true;
    changed_.notify_all();
  }
}

}  // namespace ostracon::bench
