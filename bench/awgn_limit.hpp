#pragma once
// Capacity of the channel that the inner code is measured on: modules +1 and -1 in white Gaussian
// noise, Es/N0 = 1 / (2 sigma^2), a share of them erased.

#include "format/inner_code.hpp"

namespace ostracon::bench {

/// Information bits a code bit: 0.8 for "0.8".
double information_share(format::Rate rate);

/// Bits a module at `es_n0_db`, equally likely inputs: 1 - E log2(1 + exp(-L)), where
/// L = ln(P(0)/P(1)) of a sent 0 is normal with mean 4 Es/N0 and variance 8 Es/N0. To 1e-9.
double awgn_capacity(double es_n0_db);

/// Es/N0 in dB at which (1 - erased) awgn_capacity is information_share(rate): no decoder of soft
/// bits works below it. `erased` is at least 0 and below 1 - information_share(rate).
double awgn_limit_db(format::Rate rate, double erased);

}  // namespace ostracon::bench
