#pragma once

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <cstdint>

namespace ostracon {

/// Calls body(i) for every i in [0, count), spread over oneTBB's threads; returns when all are
/// done. body(i) must not touch what body(j) writes, so the result does not depend on the spread.
template <class Body>
void parallel_for(std::int64_t count, const Body& body) {
  tbb::parallel_for(tbb::blocked_range<std::int64_t>(0, count),
                    [&](const tbb::blocked_range<std::int64_t>& range) {
                      for (std::int64_t i = range.begin(); i < range.end(); ++i) body(i);
                    });
}

}  // namespace ostracon
