#include "io/file_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <limits>

namespace ostracon::io {

FilePayloadStore::FilePayloadStore(FileDescriptor file, std::string name)
    : file_(std::move(file)), name_(std::move(name)) {}

Result<FilePayloadStore> FilePayloadStore::create(const std::filesystem::path& folder) {
  OSTRACON_TRY_ASSIGN(auto file, open_unnamed(folder));
  return FilePayloadStore(std::move(file), "the payload store in " + folder.string());
}

Result<> FilePayloadStore::resize(std::uint32_t pages, std::uint64_t page_bytes) {
  constexpr auto kLimit = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
  if (page_bytes != 0 && pages > kLimit / page_bytes)
    return Error{ErrorCode::kInvalidArgument, name_ + ": " + std::to_string(pages) + " pages of " +
                                                  std::to_string(page_bytes) +
                                                  " bytes are more than a file holds"};
  if (::ftruncate(file_.get(), static_cast<off_t>(pages * page_bytes)) != 0)
    return Error{ErrorCode::kIo, errno_error("cannot resize " + name_).message};
  pages_ = pages;
  page_bytes_ = page_bytes;
  return Ok{};
}

Result<std::uint64_t> FilePayloadStore::place(std::uint32_t page, std::uint64_t offset,
                                              std::size_t bytes) const {
  if (page >= pages_ || offset > page_bytes_ || bytes > page_bytes_ - offset)
    return Error{ErrorCode::kInvalidArgument, name_ + ": bytes " + std::to_string(offset) + " to " +
                                                  std::to_string(offset + bytes) + " of page " +
                                                  std::to_string(page) + ", there are " +
                                                  std::to_string(pages_) + " pages of " +
                                                  std::to_string(page_bytes_)};
  return page * page_bytes_ + offset;
}

Result<> FilePayloadStore::write(std::uint32_t page, std::uint64_t offset,
                                 std::span<const std::uint8_t> bytes) {
  OSTRACON_TRY_ASSIGN(const std::uint64_t at, place(page, offset, bytes.size()));
  return write_at(file_, at, bytes, name_);
}

Result<> FilePayloadStore::read(std::uint32_t page, std::uint64_t offset,
                                std::span<std::uint8_t> bytes) const {
  OSTRACON_TRY_ASSIGN(const std::uint64_t at, place(page, offset, bytes.size()));
  return read_at(file_, at, bytes, name_);
}

Result<> StoredStream::read(std::uint64_t offset, std::span<std::uint8_t> to) const {
  if (offset > bytes_ || to.size() > bytes_ - offset)
    return Error{ErrorCode::kInvalidArgument, "bytes " + std::to_string(offset) + " to " +
                                                  std::to_string(offset + to.size()) +
                                                  " of a stream of " + std::to_string(bytes_)};
  const std::uint64_t page_bytes = store_->page_bytes();
  while (!to.empty()) {
    if (page_bytes == 0 || offset / page_bytes >= store_->pages())
      return Error{ErrorCode::kInvalidArgument,
                   "the pages hold fewer bytes than the stream is said to have"};
    const std::uint64_t rest = offset % page_bytes;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(to.size(), page_bytes - rest));
    OSTRACON_TRY(
        store_->read(static_cast<std::uint32_t>(offset / page_bytes), rest, to.first(count)));
    to = to.subspan(count);
    offset += count;
  }
  return Ok{};
}

}  // namespace ostracon::io
