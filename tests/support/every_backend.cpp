// Linked into programs whose suites run wherever the product does: host/backends.cpp makes the
// backends.

#include "tests/support/backend_test.hpp"

namespace ostracon::test {

std::vector<BackendKind> tested_backends() { return {BackendKind::kCpu, BackendKind::kCuda}; }

bool kernels_are_emulated() { return false; }

}  // namespace ostracon::test
