#pragma once
// One foreign HDF5 file, written by a test and opened as the program does.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "io/open_scan.hpp"
#include "tests/io/format_files.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io::test {

class ForeignLayouts : public ::testing::Test {
 protected:
  std::unique_ptr<ScanSource> opened(const ScanHints& hints = {}) {
    auto scan = open_scan(path_, hints);
    EXPECT_TRUE(scan.has_value()) << scan.error().message;
    return scan ? std::move(scan).value() : nullptr;
  }
  template <class T>
  std::vector<T> frames_of(ScanSource& scan, std::int64_t field = 0) {
    std::vector<T> frames(scan.shape(field).bytes() / sizeof(T));
    const auto read = scan.read(field, std::as_writable_bytes(std::span(frames)));
    EXPECT_TRUE(read.has_value()) << read.error().message;
    return frames;
  }
  void refused(const std::string& why, const ScanHints& hints = {},
               ErrorCode code = ErrorCode::kBadInput) {
    const auto scan = open_scan(path_, hints);
    ASSERT_FALSE(scan.has_value());
    EXPECT_EQ(scan.error().code, code) << scan.error().message;
    EXPECT_NE(scan.error().message.find(why), std::string::npos) << scan.error().message;
  }
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "foreign.h5";
};

}  // namespace ostracon::io::test
