#include "io/formats/tiff_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace ostracon::io {
namespace {

constexpr tmsize_t kMostMemory = tmsize_t{1} << 30;  // of one allocation of libtiff's

TiffSource& tiff_source_of(void* handle) { return *static_cast<TiffSource*>(handle); }

tmsize_t take_bytes(thandle_t handle, void* to, tmsize_t count) {
  return tiff_source_of(handle).take(to, count);
}
tmsize_t refuse_bytes(thandle_t, void*, tmsize_t) { return 0; }
toff_t seek_byte(thandle_t handle, toff_t offset, int whence) {
  return tiff_source_of(handle).seek(offset, whence);
}
int close_nothing(thandle_t) { return 0; }
toff_t size_of_source(thandle_t handle) { return tiff_source_of(handle).size(); }

int keep_error(TIFF*, void* handle, const char*, const char* format, va_list values) {
  std::array<char, 200> text{};
  if (std::vsnprintf(text.data(), text.size(), format, values) > 0)
    tiff_source_of(handle).set_message(text.data());
  return 1;
}
int drop_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

}  // namespace

TiffSource::TiffSource(FileDescriptor file) : file_(std::move(file)) {
  struct stat status {};
  if (::fstat(file_.get(), &status) == 0) size_ = static_cast<toff_t>(status.st_size);
}

tmsize_t TiffSource::take(void* to, tmsize_t count) {
  if (count <= 0 || at_ >= size_) return 0;
  const toff_t some = std::min(static_cast<toff_t>(count), size_ - at_);
  if (!file_) {
    std::memcpy(to, bytes_.data() + at_, static_cast<std::size_t>(some));
  } else if (!read_at(file_, at_, {static_cast<std::uint8_t*>(to), static_cast<std::size_t>(some)},
                      "it")) {
    set_message("it cannot be read at byte " + std::to_string(at_));
    return 0;
  }
  at_ += some;
  return static_cast<tmsize_t>(some);
}

toff_t TiffSource::seek(toff_t offset, int whence) {
  const toff_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? at_ : size_;
  at_ = base + offset;
  return at_;
}

TiffHandle TiffSource::open() {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (options == nullptr) return nullptr;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMostMemory);
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, this);
  TIFFOpenOptionsSetWarningHandlerExtR(options, drop_warning, nullptr);
  // "m": the bytes are not mapped by libtiff itself.
  TiffHandle tiff(TIFFClientOpenExt("TIFF", "rm", this, take_bytes, refuse_bytes, seek_byte,
                                    close_nothing, size_of_source, nullptr, nullptr, options));
  TIFFOpenOptionsFree(options);
  return tiff;
}

Result<FileDescriptor> open_for_reading(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return errno_error("cannot open " + path.string());
  return file;
}

}  // namespace ostracon::io
