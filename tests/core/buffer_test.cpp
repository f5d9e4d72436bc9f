#include "core/buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace ostracon::test {
namespace {

/// Host memory that counts what is out and refuses more than `limit` bytes at once.
class CountingMemory final : public Memory {
 public:
  explicit CountingMemory(std::size_t limit) : limit_(limit) {}
  Result<void*> allocate(std::size_t bytes) override {
    if (bytes > limit_) return Error{ErrorCode::kOutOfMemory, "too much"};
    ++out;
    return std::malloc(bytes == 0 ? 1 : bytes);
  }
  void release(void* bytes) noexcept override {
    --out;
    std::free(bytes);
  }
  Result<> upload(void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
    return Ok{};
  }
  Result<> download(void* to, const void* from, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
    return Ok{};
  }
  bool on_host() const override { return in_place; }
  bool reads(const void*) const override { return in_place; }
  Result<void*> allocate_staging(std::size_t bytes) override { return allocate(bytes); }
  void release_staging(void* bytes) noexcept override { release(bytes); }

  int out = 0;
  bool in_place = true;

 private:
  std::size_t limit_;
};

TEST(Buffer, GivesBackWhatWasPutIn) {
  CountingMemory memory(1000);
  const std::array<std::uint16_t, 3> values{7, 8, 65535};
  const auto buffer = Buffer<std::uint16_t>::from(memory, values);
  ASSERT_TRUE(buffer.has_value());
  EXPECT_EQ(buffer.value().size(), 3U);
  std::array<std::uint16_t, 3> back{};
  ASSERT_TRUE(buffer.value().download(back).has_value());
  EXPECT_EQ(back, values);
}

TEST(Buffer, ADownloadOfAnotherSizeIsRefused) {
  CountingMemory memory(1000);
  const auto buffer = Buffer<int>::create(memory, 4);
  ASSERT_TRUE(buffer.has_value());
  std::vector<int> back(5);
  const auto done = buffer.value().download(back);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::kInvalidArgument);
}

TEST(Buffer, FreesItsMemoryOnceAlsoWhenMoved) {
  CountingMemory memory(1000);
  {
    auto first = Buffer<float>::create(memory, 10);
    ASSERT_TRUE(first.has_value());
    const Buffer<float> second = std::move(first).value();
    EXPECT_EQ(memory.out, 1);
    EXPECT_NE(second.data(), nullptr);
  }
  EXPECT_EQ(memory.out, 0);
}

TEST(Buffer, ShowsItsValuesInPlaceOrACopyOfThem) {
  CountingMemory memory(1000);
  const std::array<int, 3> values{1, -2, 3};
  const auto buffer = Buffer<int>::from(memory, values);
  ASSERT_TRUE(buffer.has_value());
  std::vector<int> room;
  for (const bool in_place : {true, false}) {
    memory.in_place = in_place;
    const auto seen = buffer.value().on_host(room);
    ASSERT_TRUE(seen.has_value());
    EXPECT_TRUE(std::equal(values.begin(), values.end(), seen.value().begin(), seen.value().end()));
    EXPECT_EQ(seen.value().data() == buffer.value().data(), in_place);
  }
}

TEST(Buffer, StagingMemoryIsFreedOnce) {
  CountingMemory memory(1000);
  {
    const auto staging = StagingBuffer::create(memory, 12);
    ASSERT_TRUE(staging.has_value());
    EXPECT_EQ(staging.value().bytes().size(), 12U);
    EXPECT_EQ(memory.out, 1);
  }
  EXPECT_EQ(memory.out, 0);
  EXPECT_FALSE(StagingBuffer::create(memory, 1001).has_value());
}

TEST(Buffer, PassesTheErrorOfAFullMemoryOn) {
  CountingMemory memory(16);
  const auto buffer = Buffer<double>::create(memory, 3);
  ASSERT_FALSE(buffer.has_value());
  EXPECT_EQ(buffer.error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(memory.out, 0);
}

}  // namespace
}  // namespace ostracon::test
