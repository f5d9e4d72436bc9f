#include "format/outer_stripe.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <memory>

#include "format/outer_erasures.hpp"

namespace ostracon::format {
namespace {

/// A plan with the tables of a kernel.
struct Product {
  CauchyPlan plan;
  std::vector<std::uint8_t> tables;

  void prepare(const OuterKernel& kernel, std::span<const std::uint8_t> sources,
               std::span<const std::uint8_t> targets, std::span<const std::uint8_t> scales) {
    plan_product(sources, targets, scales, plan);
    tables.resize(plan.coefficients.size() * kernel.table_bytes);
    kernel.prepare(plan.coefficients, tables.data());
  }
  void run(const OuterKernel& kernel, const ProductColumn& column, std::uint8_t* scratch) const {
    kernel.run(plan, tables.data(), column, scratch);
  }
};

/// Memory that only grows, aligned for vectors.
class Scratch {
 public:
  std::uint8_t* at_least(std::size_t bytes) {
    if (memory_.size() < bytes + kMostVectorBytes) memory_.resize(bytes + kMostVectorBytes);
    void* begin = memory_.data();
    std::size_t space = memory_.size();
    return static_cast<std::uint8_t*>(std::align(kMostVectorBytes, bytes, begin, space));
  }

 private:
  std::vector<std::uint8_t> memory_;
};

constexpr std::size_t kRowBytes =
    kShardColumnBytes + kMostVectorBytes;  // of a column of intermediates

/// Calls visit(offset, bytes) for columns of a shard of at least kMostVectorBytes.
template <class Visit>
void for_columns(std::size_t bytes, const Visit& visit) {
  for (std::size_t at = 0; at < bytes;) {
    // What is left over would be too short for a vector: the last column takes it along.
    const std::size_t left = bytes - at;
    const std::size_t column =
        left < kShardColumnBytes + kMostVectorBytes ? left : kShardColumnBytes;
    visit(at, column);
    at += column;
  }
}

/// Copies of shards that are shorter than a vector, padded with zeros.
struct Padded {
  std::vector<std::uint8_t> memory;
  std::vector<std::uint8_t*> shards;

  explicit Padded(std::size_t count) : memory(count * kMostVectorBytes) {
    for (std::size_t i = 0; i < count; ++i) shards.push_back(memory.data() + i * kMostVectorBytes);
  }
};

Points points_between(std::size_t first, std::size_t end) {
  Points points;
  for (std::size_t i = first; i < end; ++i) points.push_back(static_cast<std::uint8_t>(i));
  return points;
}

}  // namespace

void encode_parity(const OuterKernel& kernel, std::span<const std::uint8_t* const> data,
                   std::span<std::uint8_t* const> parity, std::size_t bytes) {
  assert(!data.empty() && data.size() + parity.size() <= 255);
  if (parity.empty() || bytes == 0) return;
  if (bytes < kMostVectorBytes) {
    Padded padded(data.size() + parity.size());
    for (std::size_t i = 0; i < data.size(); ++i) std::memcpy(padded.shards[i], data[i], bytes);
    const std::span all(padded.shards);
    const auto given = all.first(data.size());
    const std::vector<const std::uint8_t*> in(given.begin(), given.end());
    encode_parity(kernel, in, all.subspan(data.size()), kMostVectorBytes);
    for (std::size_t j = 0; j < parity.size(); ++j)
      std::memcpy(parity[j], all[data.size() + j], bytes);
    return;
  }
  thread_local Product product;
  thread_local Scratch scratch;
  product.prepare(kernel, points_between(0, data.size()),
                  points_between(data.size(), data.size() + parity.size()), {});
  std::uint8_t* const memory = scratch.at_least(product_scratch(product.plan));
  std::array<const std::uint8_t*, 255> in, none{};
  std::array<std::uint8_t*, 255> out;
  for_columns(bytes, [&](std::size_t at, std::size_t column) {
    for (std::size_t i = 0; i < data.size(); ++i) in[i] = data[i] + at;
    for (std::size_t j = 0; j < parity.size(); ++j) out[j] = parity[j] + at;
    product.run(kernel, {in.data(), none.data(), out.data(), column}, memory);
  });
}

namespace {

bool all_zero(const std::uint8_t* bytes, std::size_t count) {
  std::uint8_t any = 0;
  for (std::size_t i = 0; i < count; ++i) any = static_cast<std::uint8_t>(any | bytes[i]);
  return any == 0;
}

/// Lost data = A^-1 (used parity + B whole data), A and B the Cauchy columns of lost and whole
/// data; A^-1 is a Cauchy matrix but for scales. Then the remade parity.
class StripeRestorer {
 public:
  void prepare(const OuterKernel& kernel, const Erasures& erasures) {
    const std::size_t e = erasures.lost_data.size();
    Points targets = erasures.used;
    targets.insert(targets.end(), erasures.remade.begin(), erasures.remade.end());
    Points scales, data_scales;
    find_inverse_scales(erasures.used, erasures.lost_data, scales, data_scales);
    scales.resize(targets.size(), 1);
    syndromes_.prepare(kernel, erasures.whole_data, targets, scales);
    std::size_t most = product_scratch(syndromes_.plan);
    if (e > 0) {
      data_.prepare(kernel, erasures.used, erasures.lost_data, data_scales);
      parity_.prepare(kernel, erasures.lost_data, erasures.remade, {});
      most = std::max({most, product_scratch(data_.plan), product_scratch(parity_.plan)});
    }
    const std::size_t rows = targets.size() + 1;
    rows_ = scratch_.at_least(rows * kRowBytes + most);
    work_ = rows_ + rows * kRowBytes;
  }

  /// Returns false if the compared parity differs.
  bool run(const OuterKernel& kernel, const Erasures& erasures,
           std::span<std::uint8_t* const> shards, std::size_t at, std::size_t bytes) {
    const std::size_t e = erasures.lost_data.size(), f = erasures.remade.size();
    std::array<const std::uint8_t*, 255> in, add{};
    std::array<std::uint8_t*, 255> out;
    const auto row = [&](std::size_t i) { return rows_ + i * kRowBytes; };
    std::uint8_t* const difference = row(e + f);
    const auto place_of = [&](std::size_t j) {  // of the remade parity
      return erasures.compares && j + 1 == f ? difference : shards[erasures.remade[j]] + at;
    };

    for (std::size_t i = 0; i < erasures.whole_data.size(); ++i)
      in[i] = shards[erasures.whole_data[i]] + at;
    for (std::size_t i = 0; i < e; ++i) {
      add[i] = shards[erasures.used[i]] + at;
      out[i] = row(i);
    }
    for (std::size_t j = 0; j < f; ++j) out[e + j] = e > 0 ? row(e + j) : place_of(j);
    if (erasures.compares) add[e + f - 1] = shards[erasures.remade[f - 1]] + at;
    syndromes_.run(kernel, {in.data(), add.data(), out.data(), bytes}, work_);
    if (e > 0) {
      for (std::size_t i = 0; i < e; ++i) {
        in[i] = row(i);
        add[i] = nullptr;
        out[i] = shards[erasures.lost_data[i]] + at;
      }
      data_.run(kernel, {in.data(), add.data(), out.data(), bytes}, work_);
      if (f > 0) {
        for (std::size_t i = 0; i < e; ++i) in[i] = out[i];
        for (std::size_t j = 0; j < f; ++j) {
          add[j] = row(e + j);
          out[j] = place_of(j);
        }
        parity_.run(kernel, {in.data(), add.data(), out.data(), bytes}, work_);
      }
    }
    return !erasures.compares || all_zero(difference, bytes);
  }

 private:
  Product syndromes_, data_, parity_;
  Scratch scratch_;
  std::uint8_t* rows_ = nullptr;  ///< intermediates of one column, kRowBytes apart
  std::uint8_t* work_ = nullptr;  ///< of the kernel
};

StripeOutcome restore_padded(const OuterKernel& kernel, std::span<std::uint8_t* const> shards,
                             std::uint32_t k, std::size_t bytes,
                             std::span<const std::uint32_t> erased) {
  Padded padded(shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) std::memcpy(padded.shards[i], shards[i], bytes);
  const auto outcome = restore_stripe(kernel, padded.shards, k, kMostVectorBytes, erased);
  for (const std::uint32_t member : erased)
    std::memcpy(shards[member], padded.shards[member], bytes);
  return outcome;
}

}  // namespace

StripeOutcome restore_stripe(const OuterKernel& kernel, std::span<std::uint8_t* const> shards,
                             std::uint32_t k, std::size_t bytes,
                             std::span<const std::uint32_t> erased) {
  const auto members = static_cast<std::uint32_t>(shards.size());
  assert(k >= 1 && k <= members && members <= 255);
  assert(std::is_sorted(erased.begin(), erased.end()));
  assert(erased.empty() || erased.back() < members);
  if (erased.size() > members - k) return StripeOutcome::kBeyondParity;
  if (erased.empty() || bytes == 0) return StripeOutcome::kRestored;
  if (bytes < kMostVectorBytes) return restore_padded(kernel, shards, k, bytes, erased);

  thread_local StripeRestorer restorer;
  const Erasures erasures = sort_members(k, members, erased);
  restorer.prepare(kernel, erasures);
  bool consistent = true;
  for_columns(bytes, [&](std::size_t at, std::size_t column) {
    consistent = consistent && restorer.run(kernel, erasures, shards, at, column);
  });
  if (consistent) return StripeOutcome::kRestored;
  for (const std::uint32_t member : erased) std::fill_n(shards[member], bytes, std::uint8_t{0});
  return StripeOutcome::kContradiction;
}

}  // namespace ostracon::format
