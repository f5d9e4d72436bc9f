#pragma once
// Detection by a reader that is told every bit: what its taps, its variances and the bits' own
// neighbours are.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/view.hpp"
#include "pipeline/llr.hpp"
#include "pipeline/rules/soft_bit.hpp"

namespace ostracon::bench {

/// What both detectors are told. All are rows x cols of the page but the grid.
struct TrueBits {
  ImageView<const float> grid;         ///< (rows + 4) x (cols + 4), a margin of 2 modules
  ImageView<const std::uint8_t> bits;  ///< as written: 0 land, 1 pit
  ImageView<const float> level;        ///< error variance relative to the page's mean
};

/// MMSE 5 x 5 taps and class variances trained by least squares on every module; LLRs as the
/// reader's own stage would write them. Modules nearer than 3 to the edge get 0. nullopt: the
/// equations cannot be solved.
std::optional<std::vector<Llr>> detect_with_true_taps(const TrueBits& told);

/// The matched filter's output less what the 24 nearest neighbours, all known, add to it by the
/// response found by least squares: the matched filter bound.
std::optional<std::vector<Llr>> detect_with_true_neighbours(const TrueBits& told);

/// Mutual information of a bit and its LLR in bits a module, from the counts of every value of the
/// LLR: of whatever scale the LLRs are. Only modules where `counted` is not 0.
double mutual_information_of(std::span<const Llr> llrs, std::span<const std::uint8_t> bits,
                             std::span<const std::uint8_t> counted);
/// The same if the LLRs are taken at their word: 1 - mean log2(1 + exp(-LLR)).
double mutual_information_as_scaled(std::span<const Llr> llrs, std::span<const std::uint8_t> bits,
                                    std::span<const std::uint8_t> counted);

}  // namespace ostracon::bench
