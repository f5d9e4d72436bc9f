#include "host/rate/bandwidth.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <tbb/enumerable_thread_specific.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "host/parallel.hpp"

namespace ostracon::rate {
namespace {

constexpr std::size_t kPiece = std::size_t{4} << 20;  // bytes
constexpr int kRounds = 3;

/// Least seconds of kRounds calls of `work()`.
template <class Work>
double least_seconds(const Work& work) {
  using Clock = std::chrono::steady_clock;
  double least = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = Clock::now();
    work();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    least = round == 0 ? seconds : std::min(least, seconds);
  }
  return std::max(least, 1e-9);
}

/// Calls body(offset, size) for all pieces of `bytes` bytes, in parallel.
template <class Body>
void for_pieces(std::size_t bytes, const Body& body) {
  parallel_for(static_cast<std::int64_t>((bytes + kPiece - 1) / kPiece), [&](std::int64_t piece) {
    const std::size_t offset = static_cast<std::size_t>(piece) * kPiece;
    body(offset, std::min(kPiece, bytes - offset));
  });
}

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error failure(const std::filesystem::path& path) {
  const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
  return {code, path.string() + ": " + std::strerror(errno)};
}

/// False if the file ends or fails before `size` bytes are there.
bool read_piece(int file, std::byte* to, std::size_t offset, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t got = pread(file, to + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

Result<double> copy_bandwidth(std::size_t bytes) {
  const std::unique_ptr<std::byte[]> from(new (std::nothrow) std::byte[bytes]);
  const std::unique_ptr<std::byte[]> to(new (std::nothrow) std::byte[bytes]);
  if (!from || !to)
    return Error{ErrorCode::kOutOfMemory,
                 "no memory to copy " + std::to_string(bytes) + " bytes in"};
  // Pages that were never written are all one page of zeros, and quick to read.
  for_pieces(bytes, [&](std::size_t offset, std::size_t size) {
    std::memset(from.get() + offset, 1, size);
    std::memset(to.get() + offset, 2, size);
  });
  const double seconds = least_seconds([&] {
    for_pieces(bytes, [&](std::size_t offset, std::size_t size) {
      std::memcpy(to.get() + offset, from.get() + offset, size);
    });
  });
  return static_cast<double>(bytes) / seconds;
}

Result<double> link_bandwidth(Memory& memory, std::size_t bytes) {
  OSTRACON_TRY_ASSIGN(const auto from, StagingBuffer::create(memory, bytes));
  OSTRACON_TRY_ASSIGN(const auto to, Buffer<std::byte>::create(memory, bytes));
  std::memset(from.bytes().data(), 1, bytes);
  Result<> copied = Ok{};
  const double seconds = least_seconds([&] {
    auto done = memory.upload(to.data(), from.bytes().data(), bytes);
    if (!done) copied = std::move(done);
  });
  OSTRACON_TRY(copied);
  return static_cast<double>(bytes) / seconds;
}

Result<double> file_bandwidth(const std::filesystem::path& path) {
  const OpenFile file(path);
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return failure(path);
  if (status.st_size <= 0) return Error{ErrorCode::kBadInput, path.string() + " is empty"};
  const auto bytes = static_cast<std::size_t>(status.st_size);
  tbb::enumerable_thread_specific<std::vector<std::byte>> room(kPiece);
  std::atomic<bool> whole = true;
  const double seconds = least_seconds([&] {
    for_pieces(bytes, [&](std::size_t offset, std::size_t size) {
      if (!read_piece(file.get(), room.local().data(), offset, size)) whole = false;
    });
  });
  if (!whole) return Error{ErrorCode::kIo, path.string() + " could not be read to its end"};
  return static_cast<double>(bytes) / seconds;
}

}  // namespace ostracon::rate
