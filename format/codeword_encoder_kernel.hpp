// Sums of rotated columns and the unpacking of bytes in SIMD lanes, a bit a byte. Compiled once per
// instruction set by codeword_encoder.cpp (hwy/foreach_target.h): no include guard of the usual
// kind, and nothing here may be called but through the dispatch table.

#if defined(OSTRACON_CODEWORD_ENCODER_KERNEL) == defined(HWY_TARGET_TOGGLE)
#ifdef OSTRACON_CODEWORD_ENCODER_KERNEL
#undef OSTRACON_CODEWORD_ENCODER_KERNEL
#else
#define OSTRACON_CODEWORD_ENCODER_KERNEL
#endif

#include <hwy/highway.h>

#include <cstring>

#include "format/codeword_program.hpp"

HWY_BEFORE_NAMESPACE();
namespace ostracon::format::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<std::uint8_t, kColumnPad / 2>;

/// Repeats the first bits of a column behind its last.
HWY_INLINE void fill_pad(std::uint8_t* column) {
  const Tag d;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  for (std::int32_t bit = 0; bit < 2 * n || bit < kPlaceStep; bit += n)
    hn::Store(hn::Load(d, column + bit), d, column + kColumnBits + bit);
}

/// The bits of `bytes`, kColumnBits / 8 of them, highest first.
HWY_INLINE void unpack_column(const std::uint8_t* bytes, std::uint8_t* column) {
#if HWY_TARGET == HWY_SCALAR
  for (std::int32_t bit = 0; bit < kColumnBits; ++bit)
    column[bit] = static_cast<std::uint8_t>(bytes[bit / 8] >> (7 - bit % 8) & 1);
#else
  const Tag d;
  const hn::Repartition<std::uint64_t, Tag> d64;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  alignas(64) static constexpr std::uint8_t kByte[64] = {
      0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2,
      2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5,
      5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7};
  const auto masks = hn::BitCast(d, hn::Set(d64, 0x0102040810204080U));
  const auto one = hn::Set(d, 1);
  for (std::int32_t bit = 0; bit < kColumnBits; bit += 64) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes + bit / 8, 8);
    const auto all = hn::BitCast(d, hn::Set(d64, eight));
    for (std::int32_t lane = 0; lane < 64; lane += n) {
      const auto spread = hn::TableLookupBytes(all, hn::Load(d, kByte + lane));
      hn::Store(hn::Min(hn::And(spread, masks), one), d, column + bit + lane);
    }
  }
#endif
}

/// A rotated sum of columns.
HWY_INLINE void add_up(const ColumnSource* source, std::int32_t sources,
                       const std::uint8_t* workspace, std::uint8_t* target) {
  const Tag d;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  for (std::int32_t bit = 0; bit < kColumnBits; bit += 2 * n) {
    const auto place = static_cast<std::size_t>(bit / kPlaceStep);
    auto a = hn::Zero(d), b = hn::Zero(d);
    for (std::int32_t s = 0; s < sources; ++s) {
      const std::uint8_t* from = workspace + source[s].read[place] + bit % kPlaceStep;
      a = hn::Xor(a, hn::LoadU(d, from));
      b = hn::Xor(b, hn::LoadU(d, from + n));
    }
    hn::Store(a, d, target + bit);
    hn::Store(b, d, target + bit + n);
  }
}

HWY_INLINE void copy(const std::uint8_t* from, std::int32_t count, std::uint8_t* to) {
  const Tag d;
  const auto n = static_cast<std::int32_t>(hn::Lanes(d));
  std::int32_t i = 0;
  for (; i + n <= count; i += n) hn::StoreU(hn::LoadU(d, from + i), d, to + i);
  for (; i < count; ++i) to[i] = from[i];
}

/// Columns of `information` (kInformationBits / 8 bytes), then all sums, in the workspace; what is
/// sent of them, `bits`, to `codeword`.
void encode_columns(const CodewordProgram& program, const std::uint8_t* information,
                    std::uint8_t* workspace, std::uint8_t* codeword, std::int32_t bits) {
  for (std::int32_t c = 0; c < kInformationColumns; ++c) {
    unpack_column(information + c * (kColumnBits / 8), workspace + c * kColumnBytes);
    fill_pad(workspace + c * kColumnBytes);
  }
  for (const ColumnSum& sum : program.sums) {
    std::uint8_t* target = workspace + sum.target;
    add_up(program.sources.data() + sum.first_source, sum.sources, workspace, target);
    fill_pad(target);
  }
  const std::uint8_t* column = workspace + kPuncturedBits / kColumnBits * kColumnBytes;
  for (std::int32_t done = 0; done < bits; done += kColumnBits, column += kColumnBytes)
    copy(column, bits - done < kColumnBits ? bits - done : kColumnBits, codeword + done);
}

}  // namespace ostracon::format::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
