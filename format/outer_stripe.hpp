#pragma once
// The outer code with a kernel of the caller's choice: for tests and benches. Contracts are those
// of format/outer_code.hpp.

#include "format/outer_code.hpp"
#include "format/outer_kernel.hpp"

namespace ostracon::format {

void encode_parity(const OuterKernel& kernel, std::span<const std::uint8_t* const> data,
                   std::span<std::uint8_t* const> parity, std::size_t bytes);

StripeOutcome restore_stripe(const OuterKernel& kernel, std::span<std::uint8_t* const> shards,
                             std::uint32_t k, std::size_t bytes,
                             std::span<const std::uint32_t> erased);

}  // namespace ostracon::format
