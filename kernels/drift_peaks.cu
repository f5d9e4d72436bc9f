// Sums: a block takes eight rows of a band, a thread their columns, so that a column's phase is
// worked out once. Peaks: a block a band of a member, whose cross spectrum it forms anew in every
// step from the frame and the sum, since it does not fit into shared memory. Floor of 8 frames of
// 32 bands, 45 % of the half plane active: 60 MB of spectra and 8 MB of weighted sums a round of
// sums and a step of peaks, 14 us each.

#include "kernels/core/block_sum.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/drift_peaks.hpp"
#include "pipeline/rules/spectrum.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kSumThreads = 64;
constexpr std::int32_t kSumRows = 8;
constexpr std::int32_t kColumns = 64;  // side by side in a block of peaks
constexpr std::int32_t kPeakThreads = 256;
constexpr std::int32_t kRowGroups = kPeakThreads / kColumns;
constexpr std::int32_t kSums = 6;

__device__ Complex product(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/// exp(i pi half_turns). (sincosf keeps a stack for large angles.)
__device__ Complex turn(float half_turns) {
  Complex e;
  sincospif(half_turns, &e.im, &e.re);
  return e;
}

__global__ void __launch_bounds__(kSumThreads)
    add_frames(const DriftSum to, const bool to_nothing, const Complex* spectra,
               const MovedBand* moved, const std::int32_t members, const float sign) {
  auto* row_phase = dynamic_shared<Complex>();  // [member][row]
  const DriftBands& bands = to.bands;
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const auto band = static_cast<std::int32_t>(blockIdx.y);
  const std::int32_t first = static_cast<std::int32_t>(blockIdx.x) * kSumRows;
  for (std::int32_t at = thread; at < members * kSumRows; at += kSumThreads) {
    const std::int32_t ky = to.active.signed_ky(first + at % kSumRows);
    const float y = moved[at / kSumRows * bands.bands + band].y;
    const Complex e = turn(bands.half_turns_y(ky) * y);
    row_phase[at] = {sign * e.re, sign * e.im};
  }
  __syncthreads();
  const std::int32_t rows =
      to.active.rows() - first < kSumRows ? to.active.rows() - first : kSumRows;
  for (std::int32_t kx = 1 + thread; kx <= to.active.kx; kx += kSumThreads) {
    Complex sum[kSumRows] = {};
    for (std::int32_t m = 0; m < members; ++m) {
      const MovedBand& by = moved[m * bands.bands + band];
      const Complex* frame = spectra + bands.spectrum(by.frame, band) + kx;
      const Complex column = turn(bands.half_turns_x(kx) * by.x);
      OSTRACON_UNROLL
      for (std::int32_t i = 0; i < kSumRows; ++i) {
        if (i >= rows) continue;
        const std::ptrdiff_t row = to.active.row(first + i, bands);
        const Complex e = product(row_phase[m * kSumRows + i], column);
        const Complex part = product(frame[row * bands.half_cols], e);
        sum[i].re += part.re;
        sum[i].im += part.im;
      }
    }
    OSTRACON_UNROLL
    for (std::int32_t i = 0; i < kSumRows; ++i) {
      if (i >= rows) continue;
      const std::ptrdiff_t row = to.active.row(first + i, bands);
      Complex& at = to.sum[bands.spectrum(0, band) + row * bands.half_cols + kx];
      at = to_nothing ? sum[i] : Complex{at.re + sum[i].re, at.im + sum[i].im};
    }
  }
}

struct PeakCall {
  DriftSum with;
  const Complex* spectra;
  const MovedBand* moved;
  const float* weight;
  std::int32_t most_steps;
  DriftPeak* peaks;
};

/// Phases of the active rows.
struct RowPhase {
  Complex start, now;
};

/// One thread's share of rules::CorrelationSums at (y, x), whose row phases are in `rows`.
template <bool kOwnPart>
__device__ void add_up_correlation(const PeakCall& call, const MovedBand& start, std::int32_t band,
                                   float x, const RowPhase* rows, double* sums) {
  const DriftBands& bands = call.with.bands;
  const ActiveBand& active = call.with.active;
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const double unit_y = bands.omega_y();
  const double unit_x = bands.omega_x();
  const Complex* frame = call.spectra + bands.spectrum(start.frame, band);
  const Complex* sum = call.with.sum + bands.spectrum(0, band);
  for (std::int32_t kx = 1 + thread % kColumns; kx <= active.kx; kx += kColumns) {
    const float half_turns = bands.half_turns_x(kx);
    const Complex column = turn(half_turns * x);
    const Complex own_column = kOwnPart ? turn(half_turns * start.x) : Complex{0, 0};
    Complex by_power[3] = {};  // of ky
    for (std::int32_t i = thread / kColumns; i < active.rows(); i += kRowGroups) {
      const std::ptrdiff_t at =
          static_cast<std::ptrdiff_t>(active.row(i, bands)) * bands.half_cols + kx;
      const Complex f = frame[at];
      Complex s = sum[at];
      if (kOwnPart) {
        const Complex own = product(f, product(rows[i].start, own_column));
        s.re -= own.re;
        s.im -= own.im;
      }
      const float w = call.weight[at];
      const Complex cross{(f.re * s.re + f.im * s.im) * w, (f.im * s.re - f.re * s.im) * w};
      const Complex turned = product(cross, rows[i].now);
      const auto ky = static_cast<float>(active.signed_ky(i));
      by_power[0].re += turned.re;
      by_power[0].im += turned.im;
      by_power[1].re += ky * turned.re;
      by_power[1].im += ky * turned.im;
      by_power[2].re += ky * ky * turned.re;
      by_power[2].im += ky * ky * turned.im;
    }
    const Complex none = product(by_power[0], column);
    const Complex first = product(by_power[1], column);
    const Complex second = product(by_power[2], column);
    const double a = unit_x * kx;
    sums[0] += static_cast<double>(none.re);
    sums[1] -= unit_y * static_cast<double>(first.im);
    sums[2] -= a * static_cast<double>(none.im);
    sums[3] -= unit_y * unit_y * static_cast<double>(second.re);
    sums[4] -= a * a * static_cast<double>(none.re);
    sums[5] -= a * unit_y * static_cast<double>(first.re);
  }
}

/// Adds up what the threads have, in the same order whatever the device does first; thread 0 gets
/// the sums. `parts` has kSums values a thread.
__device__ void add_up_threads(const double* own, double* parts, double* sums) {
  constexpr std::int32_t kPart = 16;  // threads whose sums one thread adds up first
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  for (std::int32_t n = 0; n < kSums; ++n) parts[n * kPeakThreads + thread] = own[n];
  __syncthreads();
  if (thread < kSums * (kPeakThreads / kPart)) {
    double* from = parts + thread * kPart;
    for (std::int32_t i = 1; i < kPart; ++i) from[0] += from[i];
  }
  __syncthreads();
  if (thread != 0) return;
  for (std::int32_t n = 0; n < kSums; ++n) {
    sums[n] = 0;
    for (std::int32_t i = 0; i < kPeakThreads; i += kPart) sums[n] += parts[n * kPeakThreads + i];
  }
}

template <bool kOwnPart>
__global__ void __launch_bounds__(kPeakThreads) climb(const __grid_constant__ PeakCall call) {
  __shared__ double parts[kSums * kPeakThreads];
  __shared__ float now_y, now_x;
  __shared__ bool last;
  auto* rows = dynamic_shared<RowPhase>();
  const DriftBands& bands = call.with.bands;
  const ActiveBand& active = call.with.active;
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const auto band = static_cast<std::int32_t>(blockIdx.x);
  const auto slot = static_cast<std::int32_t>(blockIdx.y) * bands.bands + band;
  const MovedBand start = call.moved[slot];
  for (std::int32_t i = thread; kOwnPart && i < active.rows(); i += kPeakThreads)
    rows[i].start = turn(bands.half_turns_y(active.signed_ky(i)) * start.y);
  if (thread == 0) {
    now_y = start.y;
    now_x = start.x;
  }
  __syncthreads();
  for (std::int32_t step = 0; step == 0 || step < call.most_steps; ++step) {
    for (std::int32_t i = thread; i < active.rows(); i += kPeakThreads) {
      double re, im;
      sincospi(
          static_cast<double>(bands.half_turns_y(active.signed_ky(i))) * static_cast<double>(now_y),
          &im, &re);
      rows[i].now = {static_cast<float>(re), static_cast<float>(im)};
    }
    __syncthreads();
    double own[kSums] = {}, sums[kSums];
    add_up_correlation<kOwnPart>(call, start, band, now_x, rows, own);
    add_up_threads(own, parts, sums);
    if (thread == 0) {
      DriftPeak& peak = call.peaks[slot];
      peak = {now_y, now_x, sums[0], {sums[1], sums[2]}, {-sums[3], -sums[4]}};
      const float from[] = {start.y, start.x};
      const rules::CorrelationSums at{sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]};
      const auto next = rules::step_to_peak(at, from, now_y, now_x);
      last = next.last;
      if (call.most_steps > 0) {
        peak.y = now_y = next.y;
        peak.x = now_x = next.x;
      }
    }
    __syncthreads();
    if (last) break;
  }
}

}  // namespace

Result<> add_moved(const DriftSum& to, bool to_nothing, const Complex* spectra,
                   const MovedBand* moved, std::int32_t members, float sign, Device& device) {
  const dim3 grid(static_cast<unsigned>((to.active.rows() + kSumRows - 1) / kSumRows),
                  static_cast<unsigned>(to.bands.bands));
  const std::size_t bytes = static_cast<std::size_t>(members) * kSumRows * sizeof(Complex);
  return launch(add_frames, grid, dim3(kSumThreads), bytes, device, to, to_nothing, spectra, moved,
                members, sign);
}

Result<> climb_peaks(const DriftSum& with, bool own_part, const Complex* spectra,
                     const MovedBand* moved, std::int32_t members, const float* weight,
                     std::int32_t most_steps, DriftPeak* peaks, Device& device) {
  const PeakCall call{with, spectra, moved, weight, most_steps, peaks};
  const dim3 grid(static_cast<unsigned>(with.bands.bands), static_cast<unsigned>(members));
  const std::size_t bytes = static_cast<std::size_t>(with.active.rows()) * sizeof(RowPhase);
  return launch(own_part ? climb<true> : climb<false>, grid, dim3(kPeakThreads), bytes, device,
                call);
}

}  // namespace ostracon::cuda
