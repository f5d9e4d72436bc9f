#include "kernels/page_sums.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kColumns = 32, kRows = 8;

__global__ void sum_columns(const double* parts, std::int32_t count, std::int32_t values,
                            double* total) {
  __shared__ double part[kRows][kColumns];
  const auto x = static_cast<std::int32_t>(threadIdx.x), y = static_cast<std::int32_t>(threadIdx.y);
  const std::int32_t v = static_cast<std::int32_t>(blockIdx.x) * kColumns + x;
  double sum = 0;
  if (v < values)
    for (std::int32_t p = y; p < count; p += kRows) sum += parts[std::ptrdiff_t{p} * values + v];
  part[y][x] = sum;
  __syncthreads();
  if (y != 0 || v >= values) return;
  for (std::int32_t i = 1; i < kRows; ++i) sum += part[i][x];
  total[v] = sum;
}

}  // namespace

Result<> sum_parts(const double* parts, std::int32_t count, std::int32_t values, double* total,
                   Device& device) {
  const auto blocks = static_cast<unsigned>((values + kColumns - 1) / kColumns);
  return launch(sum_columns, dim3(blocks), dim3(kColumns, kRows), 0, device, parts, count, values,
                total);
}

}  // namespace ostracon::cuda
