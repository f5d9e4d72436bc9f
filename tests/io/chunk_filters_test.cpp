#include "io/chunk_filters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "io/shuffles.hpp"
#include "tests/io/chunk_samples.hpp"

namespace ostracon::io {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes noise(std::size_t count, std::uint32_t seed) {
  Bytes bytes(count);
  for (std::uint8_t& byte : bytes) {
    seed = seed * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(seed >> 24U);
  }
  return bytes;
}

/// Decodes between guards, which must stand afterwards.
Result<Bytes> decode(const FilterPipeline& pipeline, const Bytes& stored, std::uint32_t mask = 0) {
  constexpr std::size_t kGuard = 64;
  Bytes room(pipeline.chunk_bytes() + 2 * kGuard, 0xA5);
  FilterPipeline::Room scratch;
  const auto chunk = std::span(room).subspan(kGuard, pipeline.chunk_bytes());
  const auto done = pipeline.decode(stored, mask, chunk, scratch);
  const auto whole = [](std::uint8_t byte) { return byte == 0xA5; };
  EXPECT_TRUE(std::all_of(room.begin(), room.begin() + kGuard, whole));
  EXPECT_TRUE(std::all_of(room.end() - kGuard, room.end(), whole));
  if (!done) return done.error();
  return Bytes(chunk.begin(), chunk.end());
}

FilterPipeline pipeline_of(std::vector<Filter> filters, std::size_t chunk_bytes) {
  auto made = FilterPipeline::create(std::move(filters), chunk_bytes);
  EXPECT_TRUE(made.has_value()) << made.error().message;
  return made ? std::move(made).value() : FilterPipeline();
}

TEST(ChunkFilters, WhatThePlugInsWroteIsRead) {
  ASSERT_EQ(test::stored_samples().size(), 9U);
  const Bytes samples = test::sample_bytes();
  for (const auto& sample : test::stored_samples()) {
    const auto decoded =
        decode(pipeline_of(sample.filters, samples.size()), test::bytes_of_hex(sample.hex));
    ASSERT_TRUE(decoded.has_value()) << sample.name << ": " << decoded.error().message;
    EXPECT_EQ(decoded.value(), samples) << sample.name;
  }
}

TEST(ChunkFilters, AChunkThatEndsTooSoonIsRefused) {
  const Bytes samples = test::sample_bytes();
  for (const auto& sample : test::stored_samples()) {
    const auto pipeline = pipeline_of(sample.filters, samples.size());
    const Bytes whole = test::bytes_of_hex(sample.hex);
    // The library of szip does not tell that a stream ends beyond its header.
    const std::size_t told = sample.filters.front().id == 4 ? 4 : whole.size();
    for (std::size_t size = 0; size < told; ++size) {
      const auto cut =
          decode(pipeline, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
      ASSERT_FALSE(cut.has_value()) << sample.name << " of " << size << " bytes";
      EXPECT_EQ(cut.error().code, ErrorCode::kBadInput);
      EXPECT_FALSE(cut.error().message.empty());
    }
  }
}

TEST(ChunkFilters, AChunkOfAnotherSizeIsRefused) {
  const Bytes samples = test::sample_bytes();
  for (const auto& sample : test::stored_samples())
    for (const std::size_t bytes : {samples.size() - 2, samples.size() + 2, std::size_t{16}})
      EXPECT_FALSE(decode(pipeline_of(sample.filters, bytes), test::bytes_of_hex(sample.hex)))
          << sample.name << " into " << bytes;
}

TEST(ChunkFilters, AChangedByteNeverLeavesTheChunk) {
  const Bytes samples = test::sample_bytes();
  for (const auto& sample : test::stored_samples()) {
    const auto pipeline = pipeline_of(sample.filters, samples.size());
    const Bytes whole = test::bytes_of_hex(sample.hex);
    for (std::size_t i = 0; i < whole.size(); ++i)
      for (const int change : {0x01, 0x80, 0xFF}) {
        Bytes changed = whole;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ change);
        const auto decoded = decode(pipeline, changed);
        if (sample.filters.back().id == kFletcherFilter) {
          EXPECT_FALSE(decoded.has_value()) << "byte " << i;
        }
      }
  }
}

TEST(ChunkFilters, FiltersThatWereNotAppliedAreLeftOut) {
  const Bytes plain = noise(64, 1);
  const auto pipeline = pipeline_of({{2, {2}}, {1, {6}}}, plain.size());
  EXPECT_FALSE(pipeline.stored_plainly(1));
  EXPECT_TRUE(pipeline.stored_plainly(3));
  EXPECT_EQ(decode(pipeline, plain, 3).value(), plain);
  Bytes halves(64);  // shuffle alone
  for (std::size_t i = 0; i < 32; ++i) {
    halves[i] = plain[2 * i];
    halves[32 + i] = plain[2 * i + 1];
  }
  EXPECT_EQ(decode(pipeline, halves, 2).value(), plain);
  EXPECT_FALSE(decode(pipeline, plain, 1).has_value()) << "that is no stream of deflate";
}

TEST(ChunkFilters, UnknownFiltersAndParametersAreLeftToTheLibrary) {
  for (const Filter& filter :
       {Filter{6, {0, 0}}, Filter{5, {}}, Filter{32013, {}}, Filter{kShuffleFilter, {}},
        Filter{kShuffleFilter, {0}}, Filter{4, {141, 33, 8, 64}}, Filter{4, {141, 8, 7, 64}},
        Filter{4, {141, 8, 8, 5000}}, Filter{32008, {0, 4}}, Filter{32008, {0, 4, 0, 0, 2}},
        Filter{32008, {0, 4, 2, 0, 9}}}) {
    const auto made = FilterPipeline::create({filter}, 64);
    ASSERT_FALSE(made.has_value()) << filter.id;
    EXPECT_EQ(made.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(made.error().message.find(std::to_string(filter.id)), std::string::npos);
  }
  EXPECT_FALSE(FilterPipeline::create(std::vector<Filter>(17, Filter{1, {}}), 64).has_value());
}

TEST(ChunkFilters, BytesComeBackForEverySampleSize) {
  for (const std::size_t sample : {1U, 2U, 3U, 4U, 8U})
    for (const std::size_t size : {0U, 1U, 7U, 64U, 1001U}) {
      const Bytes plain = noise(size, static_cast<std::uint32_t>(size));
      Bytes shuffled = plain, back(size);
      const std::size_t count = size / sample;
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t b = 0; b < sample; ++b) shuffled[b * count + i] = plain[i * sample + b];
      unshuffle_bytes(shuffled, sample, back);
      EXPECT_EQ(back, plain) << sample << " bytes, " << size;
    }
}

TEST(ChunkFilters, BitsComeBackForEverySampleSize) {
  for (const std::size_t sample : {1U, 2U, 4U, 5U})
    for (const std::size_t count : {8U, 16U, 64U, 72U, 1000U}) {
      const Bytes plain = noise(sample * count, static_cast<std::uint32_t>(count));
      Bytes shuffled(plain.size()), back(plain.size());
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t bit = 0; bit < 8 * sample; ++bit) {
          const unsigned value = plain[i * sample + bit / 8] >> bit % 8 & 1U;
          shuffled[bit * (count / 8) + i / 8] |= static_cast<std::uint8_t>(value << i % 8);
        }
      unshuffle_bits(shuffled, sample, back);
      EXPECT_EQ(back, plain) << sample << " bytes, " << count;
    }
}

}  // namespace
}  // namespace ostracon::io
