#pragma once
// What follows once all fields are taken in.

#include <functional>
#include <vector>

#include "core/result.hpp"
#include "pipeline/plate_assembly.hpp"
#include "pipeline/recover.hpp"

namespace ostracon {

/// Decodes more codewords of the plate's pages, before the outer code.
using CombineReadings =
    std::function<Result<>(const format::PageHeader& header, std::vector<PageReport>& pages)>;

/// Restores what is erased, and completes `recovery`, whose report has its fields, by the plate,
/// its pages, groups and holes. Errors: those of the store, and of PlateAssembly::choose(), told
/// with the reason of the first field, or Recovery::interrupted in its place; those of `combine`.
Result<> finish_recovery(PlateAssembly& assembly, PayloadStore& store, Recovery& recovery,
                         const CombineReadings& combine = {});

}  // namespace ostracon
