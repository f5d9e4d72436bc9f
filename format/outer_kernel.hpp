#pragma once
// Executes a CauchyPlan: one interface, one template (outer_kernel-inl.hpp), one kernel per
// instruction set. All kernels give the same bytes.

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/outer_product.hpp"

namespace ostracon::format {

/// The largest column that a kernel is handed at once; what it keeps of 200 sources then fits the
/// L2 cache. Longer shards are taken in columns.
inline constexpr std::size_t kShardColumnBytes = 2048;
/// Of every kernel's vectors; shorter shards must be padded.
inline constexpr std::size_t kMostVectorBytes = 64;

/// One column of every shard.
struct ProductColumn {
  const std::uint8_t* const* sources;  ///< [source] `bytes` bytes
  const std::uint8_t* const* addends;  ///< [target] `bytes` bytes or null
  std::uint8_t* const* targets;        ///< [target] `bytes` bytes; overlap nothing
  std::size_t bytes;                   ///< kMostVectorBytes .. kShardColumnBytes + kMostVectorBytes
};

struct OuterKernel {
  const char* name;
  std::size_t table_bytes;  ///< per coefficient
  /// tables[table_bytes * i]: what the kernel needs to multiply by coefficients[i].
  void (*prepare)(std::span<const std::uint8_t> coefficients, std::uint8_t* tables);
  /// scratch: product_scratch(plan) bytes, aligned to kMostVectorBytes.
  void (*run)(const CauchyPlan& plan, const std::uint8_t* tables, const ProductColumn& column,
              std::uint8_t* scratch);
};

constexpr std::size_t product_scratch(const CauchyPlan& plan) {
  const std::size_t octets = plan.sources.size() + plan.targets.size() + 1;
  return (kOctet * octets + plan.raw_rows) * (kShardColumnBytes + kMostVectorBytes);
}

/// The kernels that this machine can run, the fastest first; never empty.
std::span<const OuterKernel> outer_kernels();

/// GF2P8AFFINEQB on 512-bit vectors, or null where the CPU or the compiler has none.
const OuterKernel* outer_kernel_gfni();

}  // namespace ostracon::format
