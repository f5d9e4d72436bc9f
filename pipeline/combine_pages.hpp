#pragma once
// After all fields: codewords that no single reading decoded are tried from the sum of all readings
// of their page.

#include <vector>

#include "core/result.hpp"
#include "pipeline/recover.hpp"
#include "pipeline/soft_pages.hpp"

namespace ostracon {

/// Tries erased codewords of `pages` (all of the plate of `header`) from the readings in `soft`,
/// where there is more in them than a field of this run has been decoded with already; what is
/// decoded goes to `store`. One page is in memory at a time. Errors: those of the stores, and of
/// the backend, which is made for the first page that needs one.
Result<> combine_pages(const format::PageHeader& header, const SoftPageStore& soft,
                       const BackendFactory& make_lane, PayloadStore& store,
                       std::vector<PageReport>& pages);

}  // namespace ostracon
