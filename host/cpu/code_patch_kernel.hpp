#pragma once
// The inner loops of CodePatch and of the fit, compiled for every instruction set
// (code_patch_kernel.cpp).

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/view.hpp"
#include "host/steps/code_fit.hpp"

namespace ostracon::cpu {

/// Values are written eight at a time: arrays have room for so many more.
inline constexpr std::int32_t kModuleGroup = 8;

/// Module j lies at pixel start + u * (slope + u * bend), u = first + j; (y, x).
struct ModuleLine {
  std::array<float, 2> start{}, slope{}, bend{};
  float first = 0;
};

/// Tells the processor that these will be read.
void fetch_soon(const float* from, std::int32_t count);

/// out[j] = sum of lines[k][j], k < lines_count, j < count: no more is read or written.
void add_lines(const float* const* lines, std::int32_t lines_count, std::int32_t count, float* out);

/// out[j] = scale * sum of from[j + k], k < terms. A group more than count is read and written.
void sum_run(const float* from, std::int32_t terms, float scale, std::int32_t count, float* out);

/// A row of modules in the cubic B-spline whose coefficients are the pixels, which blurs them alike
/// wherever between pixels a module lies: its value, its slopes down and to the right, and minus
/// the sum of its second derivatives. Places beyond the image's last pixel but one are taken as
/// there. The image has at least 4 x 4 pixels, fewer than 2^31 with its strides.
struct ModuleRow {
  float* here;
  float* down;
  float* right;
  float* bend;
};
void sample_modules(const ImageView<const float>& image, const ModuleLine& line, std::int32_t count,
                    const ModuleRow& out);

/// Sums over modules whose value is known, of value - origin: signs are +1, -1, or 0 where it is
/// not.
struct SignSums {
  float value = 0, signed_value = 0, square = 0, signed_square = 0;
};
SignSums sum_known(const float* values, const float* signs, std::int32_t count, float origin);

/// What a row of modules adds to a fit, its columns counted from -middle.
steps::FitRow project_row(const ModuleRow& row, const float* signs, std::int32_t count,
                          float middle, const steps::Belief& belief);

/// out[x] = sum of signs[k] * from[places[k] + x], x < wide and up to a group more.
void signed_sums(const float* from, const std::ptrdiff_t* places, const float* signs,
                 std::size_t count, std::int32_t wide, float* out);

}  // namespace ostracon::cpu
