#pragma once
// The CPU's stages beside those of the kernels, for tests that compare them on the same input. For
// programs that are linked with tests/kernels/kernel_backend.cpp and ostracon_cpu.

#include <gtest/gtest.h>

#include <cstdlib>

#include "host/cpu/cpu_backend.hpp"
#include "pipeline/backend.hpp"
#include "tests/support/backend_test.hpp"

namespace ostracon::test {

class BothBackendsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto cpu = cpu::make_backend();
    ASSERT_TRUE(cpu.has_value()) << cpu.error().message;
    cpu_ = std::move(cpu).value();
    auto kernels = make_backend(BackendKind::kCuda);
    if (kernels) {
      kernels_ = std::move(kernels).value();
      return;
    }
    const bool may_skip =
        kernels.error().code == ErrorCode::kUnavailable && !std::getenv("OSTRACON_REQUIRE_CUDA");
    if (may_skip) GTEST_SKIP() << kernels.error().message;
    FAIL() << kernels.error().message;
  }
  Backend& cpu() { return *cpu_; }
  Backend& kernels() { return *kernels_; }

 private:
  std::unique_ptr<Backend> cpu_, kernels_;
};

}  // namespace ostracon::test
