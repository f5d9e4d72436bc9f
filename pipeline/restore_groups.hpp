#pragma once
// Stage 8 of 9: erased codewords restored from their groups.

#include <vector>

#include "core/result.hpp"
#include "format/outer_code.hpp"
#include "pipeline/recover.hpp"

namespace ostracon {

/// Restores every stripe of every group that has at most m erasures, in `store` and in `pages`
/// (one entry per page of the plate; kErased becomes kRestored or kLost). Memory: one group.
/// Stripes whose codewords contradict each other are lost and named in the group's report; that is
/// seen where fewer than m are erased (format/outer_code.hpp).
/// Groups in which no data codeword is erased are left alone. Errors: those of the store.
Result<std::vector<GroupReport>> restore_groups(const format::GroupPlan& plan,
                                                std::int32_t codewords, PayloadStore& store,
                                                std::vector<PageReport>& pages);

/// The ranges of the stream that are lost, merged and sorted.
std::vector<ByteRange> find_holes(const format::GroupPlan& plan, std::int32_t codewords,
                                  std::uint64_t stream_bytes, const std::vector<PageReport>& pages);

}  // namespace ostracon
