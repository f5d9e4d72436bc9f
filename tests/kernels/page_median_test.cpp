// The median that is found on the device, against sorting.

#include "kernels/page_median.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace ostracon::cuda {
namespace {

Result<float> median_of(const std::vector<std::uint32_t>& keys) {
  OSTRACON_TRY_ASSIGN(auto device, Device::create());
  OSTRACON_TRY_ASSIGN(auto sample, PageMedian::create(keys.size(), *device));
  OSTRACON_TRY(
      device->memory().upload(sample.keys(), keys.data(), keys.size() * sizeof(std::uint32_t)));
  OSTRACON_TRY(sample.find(*device));
  float median = -1;
  OSTRACON_TRY(device->memory().download(&median, sample.median(), sizeof median));
  return median;
}

std::uint32_t bits(float value) {
  std::uint32_t word = 0;
  std::memcpy(&word, &value, sizeof word);
  return word;
}

TEST(PageMedianTest, IsTheMiddleOfTheSortedSample) {
  std::mt19937 random(5);
  for (const std::size_t count :
       {std::size_t{1}, std::size_t{2}, std::size_t{500}, std::size_t{9001}}) {
    std::vector<float> values;
    std::vector<std::uint32_t> keys;
    for (std::size_t i = 0; i < count; ++i) {
      // Rounded, so that many are equal; over many powers of two.
      const float value =
          std::ldexp(static_cast<float>(random() % 9), static_cast<int>(random() % 7));
      values.push_back(value);
      keys.push_back(bits(value));
      if (random() % 3 == 0) keys.push_back(PageMedian::kNone);
    }
    std::sort(values.begin(), values.end());
    const auto found = median_of(keys);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    EXPECT_EQ(found.value(), values[count / 2]) << count;
  }
}

TEST(PageMedianTest, OfNothingIsInfinite) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{40}}) {
    const auto found = median_of(std::vector<std::uint32_t>(count, PageMedian::kNone));
    ASSERT_TRUE(found.has_value()) << found.error().message;
    EXPECT_TRUE(std::isinf(found.value()));
  }
}

}  // namespace
}  // namespace ostracon::cuda
