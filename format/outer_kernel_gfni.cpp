#include "format/outer_kernel.hpp"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <hwy/base.h>
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "format/gf256.hpp"

#define OSTRACON_INLINE HWY_INLINE

HWY_PUSH_ATTRIBUTES("avx512f,avx512bw,gfni")
namespace ostracon::format::gfni {

#include "format/outer_kernel-inl.hpp"

/// A multiplication is a linear map of the byte's bits, which GF2P8AFFINEQB takes as a matrix.
struct Affine {
  using Vector = __m512i;
  using Split = __m512i;
  static constexpr std::size_t kBytes = 64;
  static constexpr std::size_t kTableBytes = 8;
  static constexpr std::size_t kRows = 8;

  static HWY_INLINE Vector load(const std::uint8_t* from) { return _mm512_loadu_si512(from); }
  static HWY_INLINE void store(Vector v, std::uint8_t* to) { _mm512_storeu_si512(to, v); }
  static HWY_INLINE Vector zero() { return _mm512_setzero_si512(); }
  static HWY_INLINE Vector add(Vector a, Vector b) { return _mm512_xor_si512(a, b); }
  static HWY_INLINE Split split(Vector v) { return v; }
  static HWY_INLINE Vector multiply(Split v, const std::uint8_t* table) {
    long long matrix = 0;
    std::memcpy(&matrix, table, sizeof matrix);
    return _mm512_gf2p8affine_epi64_epi8(v, _mm512_set1_epi64(matrix), 0);
  }
  static void prepare(std::uint8_t coefficient, std::uint8_t* table) {
    static constexpr auto kMatrices = [] {
      std::array<std::uint64_t, 256> matrices{};
      for (unsigned c = 0; c < 256; ++c)
        matrices[c] = gf256::bit_matrix(static_cast<std::uint8_t>(c));
      return matrices;
    }();
    std::memcpy(table, &kMatrices[coefficient], kTableBytes);
  }
};

constexpr OuterKernel kKernel{"AVX-512 + GFNI", Affine::kTableBytes, OuterLoops<Affine>::prepare,
                              OuterLoops<Affine>::run};

}  // namespace ostracon::format::gfni
HWY_POP_ATTRIBUTES

namespace ostracon::format {

const OuterKernel* outer_kernel_gfni() {
  const bool can = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("gfni");
  return can ? &gfni::kKernel : nullptr;
}

}  // namespace ostracon::format

#else

namespace ostracon::format {

const OuterKernel* outer_kernel_gfni() { return nullptr; }

}  // namespace ostracon::format

#endif
