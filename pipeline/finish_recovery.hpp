#pragma once
// What follows once all fields are taken in.

#include "core/result.hpp"
#include "pipeline/plate_assembly.hpp"
#include "pipeline/recover.hpp"

namespace ostracon {

/// Restores what is erased, and completes `recovery`, whose report has its fields, by the plate,
/// its pages, groups and holes. Errors: those of the store, and of PlateAssembly::choose(), told
/// with the reason of the first field, or Recovery::interrupted in its place.
Result<> finish_recovery(PlateAssembly& assembly, PayloadStore& store, Recovery& recovery);

}  // namespace ostracon
