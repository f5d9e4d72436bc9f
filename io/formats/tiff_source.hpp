#pragma once
// Opening TIFFs by libtiff, quietly and with bounded memory. Private to io/.

#include <tiffio.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "io/file_descriptor.hpp"

namespace ostracon::io {

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffHandle = std::unique_ptr<TIFF, CloseTiff>;

/// A file, or bytes in memory, as libtiff reads it, and the first thing that it says is wrong. It
/// must outlive what is opened on it, where it stands.
class TiffSource {
 public:
  explicit TiffSource(std::string_view bytes) : bytes_(bytes), size_(bytes.size()) {}
  explicit TiffSource(FileDescriptor file);

  /// Null if it is no TIFF; message() says why.
  TiffHandle open();
  const std::string& message() const { return message_; }
  void set_message(std::string message) {
    if (message_.empty()) message_ = std::move(message);
  }
  tmsize_t take(void* to, tmsize_t count);
  toff_t seek(toff_t offset, int whence);
  toff_t size() const { return size_; }

 private:
  std::string_view bytes_;
  FileDescriptor file_;
  toff_t size_ = 0, at_ = 0;
  std::string message_;
};

/// kNotFound, kIo.
Result<FileDescriptor> open_for_reading(const std::filesystem::path& path);

}  // namespace ostracon::io
