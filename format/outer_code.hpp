#pragma once
// The outer code: systematic Cauchy Reed-Solomon over GF(2^8), polynomial 0x11D, over the pages
// of a group, stripe by stripe (stripe i = codeword i of every page of the group). Parity row r,
// column c = 1 / ((k + r) xor c), which is ISA-L's gf_gen_cauchy1_matrix. Fast with an erasure
// pattern of its own in every stripe; see format/outer_product.hpp.

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "format/page_header.hpp"

namespace ostracon::format {

/// How the pages of a plate protect each other.
struct GroupPlan {
  std::uint32_t data_pages = 0;
  std::uint32_t groups = 0;
  std::uint32_t parity_per_group = 0;  ///< m

  std::uint32_t page_count() const { return data_pages + groups * parity_per_group; }
  std::uint32_t group_of(std::uint32_t page) const {
    return page < data_pages ? page % groups : (page - data_pages) % groups;
  }
  /// Data pages of group g (k): pages g, g + groups, ...
  std::uint32_t data_in_group(std::uint32_t group) const {
    return data_pages / groups + (group < data_pages % groups ? 1U : 0U);
  }
  /// The page that is member `member` of `group`: data first (0..k-1), then parity (k..k+m-1).
  std::uint32_t page_of(std::uint32_t group, std::uint32_t member) const;
  std::uint32_t member_of(std::uint32_t page) const;
};

/// groups = ceil(data_pages / 200), m = max(2, ceil(parity * k_max)), k_max = the largest group's
/// data pages. Above a parity of 0.275 the 200 shrinks to the largest k with k + m <= 255.
/// kInvalidArgument if parity is not in (0, 1], or there are no pages or more than 24 bits count.
Result<GroupPlan> plan_groups(std::uint32_t data_pages, double parity);

GroupPlan plan_of(const PageHeader& header);

/// Parity shards of one group. data[i], parity[j]: pointers to `bytes` bytes each, which overlap
/// nothing; data.size() >= 1, at most 255 shards in all.
void encode_parity(std::span<const std::uint8_t* const> data, std::span<std::uint8_t* const> parity,
                   std::size_t bytes);

enum class StripeOutcome : std::uint8_t {
  kRestored,       ///< nothing was erased, or all erased shards are rewritten
  kBeyondParity,   ///< more than m are erased: nothing was touched
  kContradiction,  ///< a shard that is not erased is wrong, nobody knows which: the erased shards
                   ///< are set to zero
};

/// Restores shards of one stripe in place.
///   shards   k + m pointers to `bytes` bytes (data first), which overlap nothing
///   erased   sorted member indices whose content is void
/// All erased shards (data and parity) are rewritten. Where fewer than m are erased, a parity
/// shard that was not needed is compared with what follows from all data: one wrong shard is
/// always noticed, several unless their errors cancel in every byte. Where m are erased, nothing
/// is left to compare with. A stripe without erasures is not looked at.
StripeOutcome restore_stripe(std::span<std::uint8_t* const> shards, std::uint32_t k,
                             std::size_t bytes, std::span<const std::uint32_t> erased);

}  // namespace ostracon::format
