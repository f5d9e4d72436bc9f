#include "format/outer_kernel.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "format/gf256.hpp"
#include "format/outer_plain_vector.hpp"

#ifndef OSTRACON_OUTER_NIBBLE_TABLES  // this file is compiled once per instruction set
#define OSTRACON_OUTER_NIBBLE_TABLES
namespace ostracon::format {
namespace {

/// gf256::nibble_products(c).
const std::uint8_t* nibble_tables(std::uint8_t c) {
  static constexpr auto kProducts = [] {
    std::array<std::array<std::uint8_t, 32>, 256> products{};
    for (unsigned i = 0; i < 256; ++i)
      products[i] = gf256::nibble_products(static_cast<std::uint8_t>(i));
    return products;
  }();
  return kProducts[c].data();
}

}  // namespace
}  // namespace ostracon::format
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "format/outer_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#undef OSTRACON_INLINE
#define OSTRACON_INLINE HWY_INLINE

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace ostracon::format::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#include "format/outer_kernel-inl.hpp"

/// A byte is the sum of its nibbles; each one's product is looked up among 16.
struct Nibbles {
  using Tag = hn::CappedTag<std::uint8_t, kMostVectorBytes>;
  using Vector = hn::Vec<Tag>;
  struct Split {
    Vector low, high;
  };
  static constexpr std::size_t kBytes = hn::MaxLanes(Tag());
  static constexpr std::size_t kTableBytes = 32;
  static constexpr std::size_t kRows = HWY_TARGET <= HWY_AVX3 ? 8 : 5;  // 32 or 16 registers

  static HWY_INLINE Vector load(const std::uint8_t* from) { return hn::LoadU(Tag(), from); }
  static HWY_INLINE void store(Vector v, std::uint8_t* to) { hn::StoreU(v, Tag(), to); }
  static HWY_INLINE Vector zero() { return hn::Zero(Tag()); }
  static HWY_INLINE Vector add(Vector a, Vector b) { return hn::Xor(a, b); }
  static HWY_INLINE Split split(Vector v) {
    const auto mask = hn::Set(Tag(), 15);
    return {hn::And(v, mask), hn::ShiftRight<4>(v)};
  }
  static HWY_INLINE Vector multiply(const Split& v, const std::uint8_t* table) {
    return hn::Xor(hn::TableLookupBytes(hn::LoadDup128(Tag(), table), v.low),
                   hn::TableLookupBytes(hn::LoadDup128(Tag(), table + 16), v.high));
  }
  static void prepare(std::uint8_t coefficient, std::uint8_t* table) {
    std::memcpy(table, nibble_tables(coefficient), kTableBytes);
  }
};

void prepare_tables(std::span<const std::uint8_t> coefficients, std::uint8_t* tables) {
  OuterLoops<Nibbles>::prepare(coefficients, tables);
}

void run_product(const CauchyPlan& plan, const std::uint8_t* tables, const ProductColumn& column,
                 std::uint8_t* scratch) {
  OuterLoops<Nibbles>::run(plan, tables, column, scratch);
}

}  // namespace ostracon::format::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace ostracon::format {
namespace {

#undef OSTRACON_INLINE
#define OSTRACON_INLINE inline
#include "format/outer_kernel-inl.hpp"

/// Nibbles without vector instructions: for CPUs that have none of those above.
struct Bytes : PlainVector<16> {
  static constexpr std::size_t kTableBytes = 32, kRows = 4;

  static Vector multiply(Split v, const std::uint8_t* table) {
    for (std::uint8_t& byte : v)
      byte = static_cast<std::uint8_t>(table[byte & 15U] ^ table[16U + (byte >> 4U)]);
    return v;
  }
  static void prepare(std::uint8_t coefficient, std::uint8_t* table) {
    std::memcpy(table, nibble_tables(coefficient), kTableBytes);
  }
};

std::vector<OuterKernel> find_kernels() {
  std::vector<OuterKernel> kernels;
  if (const OuterKernel* gfni = outer_kernel_gfni()) kernels.push_back(*gfni);
  const auto add = [&](const char* name, auto target, auto prepare, auto run) {
    if ((hwy::SupportedTargets() & target) != 0) kernels.push_back({name, 32, prepare, run});
  };
#if HWY_TARGETS & HWY_AVX3
  add("AVX-512", HWY_AVX3, N_AVX3::prepare_tables, N_AVX3::run_product);
#endif
#if HWY_TARGETS & HWY_AVX2
  add("AVX2", HWY_AVX2, N_AVX2::prepare_tables, N_AVX2::run_product);
#endif
#if HWY_TARGETS & HWY_SSE4
  add("SSE4", HWY_SSE4, N_SSE4::prepare_tables, N_SSE4::run_product);
#endif
  kernels.push_back({"plain", 32, OuterLoops<Bytes>::prepare, OuterLoops<Bytes>::run});
  return kernels;
}

}  // namespace

std::span<const OuterKernel> outer_kernels() {
  static const std::vector<OuterKernel> kernels = find_kernels();
  return kernels;
}

}  // namespace ostracon::format
#endif
