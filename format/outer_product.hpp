#pragma once
// Products of Cauchy matrices with vectors of bytes, in a fraction of the multiplications that the
// matrix has entries: what the outer code consists of, both ways.
//
// The field's elements are points. Addition is xor, so the points fall into 32 octets, the cosets
// base + {0 .. 7}. For the sources D_c on octet J and x outside it,
//
//   sum over c in J of D_c / (x + c) = N_J(x) / s(x + base_J),   s(x) = x (x+1) (x+2) .. (x+7),
//
// N_J the polynomial of degree < 8 with N_J(c) = D_c * product over v = 1..7 of v. s is additive
// and vanishes on {0..7}, so the divisor is one constant for all x of another octet I. In the
// polynomial basis of Lin, Chung and Han (FOCS 2014) N_J comes from its values, and values on I
// from N_J, by 12 butterflies each, and the latter do not depend on J. Hence, for all x in I,
//
//   (sum over J)(x) = evaluate_I( sum over J of w_IJ * interpolate_J(D) ),   w_IJ a constant.
//
// 200 sources and 40 targets cost 25 x 5 x 8 multiplications and 30 x 12 butterflies instead of
// 8000 multiplications. Targets that are few on their octet, and sources on a target's own octet,
// are multiplied out.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ostracon::format {

inline constexpr std::size_t kOctet = 8;
inline constexpr std::size_t kTwiddles = 7;  ///< constants of the butterflies of one octet
inline constexpr std::uint8_t kNone = 255;

/// How to compute T_x = scale_x * (A_x + sum over sources c of D_c / (x + c)), A_x an addend.
///
/// `coefficients` are field elements, in this order:
///   twiddles of every source octet    [octet][kTwiddles]
///   twiddles of every target octet    [octet][kTwiddles]
///   weights w                         [source octet][target octet]
///   of every dense part               [source][row]
///   scales                            [target], if `scaled`
struct CauchyPlan {
  /// Which source or target (or kNone) lies at base + 0 .. base + 7.
  struct Octet {
    std::uint8_t base = 0;
    std::array<std::uint8_t, kOctet> member{};
    /// Of targets: the row of raw sums that is to be added, or kNone.
    std::array<std::uint8_t, kOctet> raw{};
  };
  /// Sums multiplied out: rows of the matrix, all over the same sources.
  struct Dense {
    std::vector<std::uint8_t> sources;
    std::vector<std::uint8_t> rows;  ///< targets, or rows of raw sums
    bool raw = false;  ///< rows are kept for the octets: neither addend nor scale applied
  };

  std::vector<Octet> sources, targets;
  std::vector<Dense> dense;
  std::size_t raw_rows = 0;
  std::size_t source_count = 0, target_count = 0;
  bool scaled = false;
  std::vector<std::uint8_t> coefficients;
};

/// Makes the cheapest plan, reusing the memory of `plan`. Points of sources and targets are all
/// different, at most 255 in all; `scales` is empty (all 1) or has one entry per target.
void plan_product(std::span<const std::uint8_t> sources, std::span<const std::uint8_t> targets,
                  std::span<const std::uint8_t> scales, CauchyPlan& plan);

}  // namespace ostracon::format
