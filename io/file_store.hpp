#pragma once
// Recovered payload in a file without a name.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/result.hpp"
#include "format/plate.hpp"
#include "io/file_descriptor.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::io {

/// PayloadStore over an unlinked file; what was never written reads as zeros. Errors: kIo names
/// the folder (disk full); kInvalidArgument outside the size set.
class FilePayloadStore : public PayloadStore {
 public:
  static Result<FilePayloadStore> create(const std::filesystem::path& folder);
  Result<> resize(std::uint32_t pages, std::uint64_t page_bytes) override;
  Result<> write(std::uint32_t page, std::uint64_t offset,
                 std::span<const std::uint8_t> bytes) override;
  Result<> read(std::uint32_t page, std::uint64_t offset,
                std::span<std::uint8_t> bytes) const override;
  std::uint64_t page_bytes() const { return page_bytes_; }
  std::uint32_t pages() const { return pages_; }

 private:
  FilePayloadStore(FileDescriptor file, std::string name);
  Result<std::uint64_t> place(std::uint32_t page, std::uint64_t offset, std::size_t bytes) const;

  FileDescriptor file_;
  std::string name_;
  std::uint32_t pages_ = 0;
  std::uint64_t page_bytes_ = 0;
};

/// The first `bytes` of the pages of a store as one stream: byte i is byte i mod page_bytes() of
/// page i / page_bytes(). The store must outlive it. Const reads only.
class StoredStream : public format::ByteSource {
 public:
  StoredStream(const FilePayloadStore& store, std::uint64_t bytes)
      : store_(&store), bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_; }
  Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const override;

 private:
  const FilePayloadStore* store_;
  std::uint64_t bytes_;
};

}  // namespace ostracon::io
