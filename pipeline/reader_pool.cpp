#include "pipeline/reader_pool.hpp"

#include <utility>

namespace ostracon {

ReaderPool::ReaderPool(std::vector<std::unique_ptr<FieldReader>> readers)
    : readers_(std::move(readers)), in_service_(readers_.size()) {
  for (const auto& reader : readers_) free_.push_back(reader.get());
}

std::size_t ReaderPool::in_service() const {
  const std::scoped_lock lock(mutex_);
  return in_service_;
}

/// nullptr if none is left in service.
FieldReader* ReaderPool::acquire() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !free_.empty() || in_service_ == 0; });
  if (in_service_ == 0) return nullptr;
  FieldReader* reader = free_.back();
  free_.pop_back();
  return reader;
}

void ReaderPool::release(FieldReader* reader) {
  {
    const std::scoped_lock lock(mutex_);
    free_.push_back(reader);
  }
  changed_.notify_one();
}

bool ReaderPool::retire(FieldReader* reader, const Error& why) {
  reader->release_memory();
  bool others = false;
  {
    const std::scoped_lock lock(mutex_);
    --in_service_;
    others = in_service_ > 0;
    if (!others) last_error_ = why;
  }
  changed_.notify_all();
  return others;
}

Result<FieldReading> ReaderPool::read(const FieldShape& shape, const FieldFrames& frames,
                                      float black, bool want_pictures) {
  while (FieldReader* reader = acquire()) {
    auto reading = reader->read(shape, frames, black, want_pictures);
    const bool spent = !reading && (reading.error().code == ErrorCode::kOutOfMemory ||
                                    reading.error().code == ErrorCode::kDevice);
    if (!spent) {
      release(reader);
      return reading;
    }
    if (!retire(reader, reading.error())) return reading;
  }
  const std::scoped_lock lock(mutex_);
  return *last_error_;
}

}  // namespace ostracon
