// A look is 81 bilinear pixels, some 25 instructions each, and a peak takes 21 looks where nothing
// is, 58 otherwise, 250 where a climb was doubtful: 16 384 peaks of 58 are 1.9e9 instructions of
// lanes, 60e6 of warps, 65 us of 132 multiprocessors, and 28 B up and 24 down a peak. A proposal is
// 50 pixels and, one in some hundred, all that are known. Eight lanes share a peak or a proposal:
// eleven modules each, and three steps to a sum.

#include "kernels/core/block_sum.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/finder_look.hpp"
#include "pipeline/rules/code_evidence.hpp"
#include "pipeline/rules/image_level.hpp"

namespace ostracon::cuda {
namespace {

constexpr int kLanes = 8;
constexpr std::int32_t kThreads = 128;
constexpr std::uint32_t kTogether = kThreads / kLanes;  // peaks or proposals of a block
using Group = LaneGroup<kLanes>;

unsigned blocks_for(std::size_t count) {
  return static_cast<unsigned>((count + kTogether - 1) / kTogether);
}

struct Turned {
  float cosine, sine;
};
/// Without the library's care for huge angles, which takes a stack.
__device__ Turned turned_by(float angle) {
  Turned turned{};
  sincospif(angle * 0.318309886F, &turned.sine, &turned.cosine);
  return turned;
}

/// What a group of lanes sees of a pattern.
struct GroupSees {
  ImageView<const float> image;
  Group group;

  __device__ rules::Seen operator()(const rules::Look& look) const {
    const Turned turned = turned_by(look.angle);
    const float down = look.pitch * turned.cosine, across = look.pitch * turned.sine;
    const float origin = rules::bilinear(image, look.y, look.x);
    float value = 0, signed_value = 0, square = 0;
    OSTRACON_ROLLED
    for (std::int32_t k = group.lane; k < rules::kPatternModules; k += kLanes) {
      constexpr std::int32_t kHalf = rules::kPatternSide / 2;
      const std::int32_t row = k / rules::kPatternSide - kHalf;
      const std::int32_t col = k % rules::kPatternSide - kHalf;
      const std::int32_t rows_off = row < 0 ? -row : row, cols_off = col < 0 ? -col : col;
      const std::int32_t ring = rows_off > cols_off ? rows_off : cols_off;
      const auto v = static_cast<float>(row), u = static_cast<float>(col);
      const float here = rules::bilinear(image, look.y + (v * down + u * across),
                                         look.x + (u * down - v * across)) -
                         origin;
      value += here;
      signed_value += ring <= 1 || ring == 3 ? -here : here;
      square += here * here;
    }
    return rules::seen_of(group.sum(value), group.sum(signed_value), group.sum(square));
  }
};

/// Eight lanes a peak. (Told that one block may do, the assembler gives 70 registers; else 56, and
/// a stack.)
__global__ void __launch_bounds__(kThreads, 1)
    look_at_peaks(const __grid_constant__ CodeLevelViews levels, const steps::PeakLook* looks,
                  const std::uint32_t count, rules::Looked* looked) {
  const std::uint32_t index = blockIdx.x * kTogether + threadIdx.x / kLanes;
  if (index >= count) return;  // all lanes of a group
  const steps::PeakLook& look = looks[index];
  const ImageView<const float>& level = levels.of[look.level];
  const Group group = Group::own();
  const GroupSees see{
      {level.data + look.top * level.row_stride, look.rows, level.cols, level.row_stride}, group};
  const rules::Looked best = rules::look_about(see, look.start, look.sign);
  if (group.lane == 0) looked[index] = best;
}

/// Every `step`th of `count` modules.
__device__ rules::Correlation correlate(const ImageView<const float>& image, const DeviceCode& code,
                                        const steps::KnownModule* modules, std::int32_t count,
                                        std::int32_t step, const Group& group) {
  const auto pixel = [&](float row, float col) {
    const rules::PixelPlace at = rules::place_of(code.map, row, col);
    return rules::bilinear(image, rules::image_to_level(at.y, code.level),
                           rules::image_to_level(at.x, code.level));
  };
  const float origin = pixel(code.map.middle, code.map.middle);
  double value = 0, square = 0, product = 0;
  std::int32_t signs = 0;
  OSTRACON_ROLLED
  for (std::int32_t k = group.lane * step; k < count; k += kLanes * step) {
    const steps::KnownModule module = modules[k];
    const double here = pixel(module.row, module.col) - origin;
    signs += module.light > 0 ? 1 : -1;
    value += here;
    square += here * here;
    product += here * module.light;
  }
  return rules::correlation_of({static_cast<double>((count + step - 1) / step),
                                static_cast<double>(group.sum(signs)), group.sum(value),
                                group.sum(square), group.sum(product)});
}

/// Eight lanes a proposal.
__global__ void __launch_bounds__(kThreads)
    weigh_codes(const __grid_constant__ CodeLevelViews levels, const PatternTables tables,
                const DeviceCode* codes, const std::uint32_t count, steps::CodeEvidence* evidence) {
  const std::uint32_t index = blockIdx.x * kTogether + threadIdx.x / kLanes;
  if (index >= count) return;
  const DeviceCode& code = codes[index];
  const DevicePattern& pattern = tables.versions[code.version];
  const steps::KnownModule* finders = tables.known + pattern.first_known;
  const steps::KnownModule* others = finders + pattern.finders;
  const ImageView<const float>& image = levels.of[code.level];
  const Group group = Group::own();
  const std::int32_t step = rules::glance_step(pattern.others);
  rules::Correlation of_others = correlate(image, code, others, pattern.others, step, group);
  rules::Correlation of_finders;
  if (code.sign * of_others.value < rules::kHopelessGlance) {
    of_others = {};
  } else {
    of_finders = correlate(image, code, finders, pattern.finders, 1, group);
    of_others = correlate(image, code, others, pattern.others, 1, group);
  }
  if (group.lane != 0) return;
  evidence[index].finders = code.sign * of_finders.value;
  evidence[index].others = code.sign * of_others.value;
  evidence[index].contrast = of_finders.contrast;
}

}  // namespace

Result<std::vector<steps::CodeMark>> FinderLook::look_closely(
    const CodeLevelViews& levels, std::span<const steps::PeakLook> looks) {
  std::vector<steps::CodeMark> marks;
  if (looks.empty()) return marks;
  Memory& memory = device_->memory();
  OSTRACON_TRY_ASSIGN(const steps::PeakLook* of_device, looks_on_device_.put(memory, looks));
  OSTRACON_TRY_ASSIGN(rules::Looked * to, looked_on_device_.make(memory, looks.size()));
  OSTRACON_TRY(launch(look_at_peaks, dim3(blocks_for(looks.size())), dim3(kThreads), 0, *device_,
                      levels, of_device, static_cast<std::uint32_t>(looks.size()), to));
  std::vector<rules::Looked> looked(looks.size());
  OSTRACON_TRY(memory.download(looked.data(), to, looked.size() * sizeof(rules::Looked)));
  marks.reserve(looks.size());
  for (std::size_t k = 0; k < looks.size(); ++k)
    marks.push_back(steps::mark_of(looked[k], looks[k]));
  return marks;
}

Result<std::vector<steps::CodeEvidence>> FinderLook::weigh(const CodeLevelViews& levels,
                                                           const PatternTables& tables,
                                                           std::span<const DeviceCode> codes) {
  std::vector<steps::CodeEvidence> evidence(codes.size());
  if (codes.empty()) return evidence;
  Memory& memory = device_->memory();
  OSTRACON_TRY_ASSIGN(const DeviceCode* of_device, codes_on_device_.put(memory, codes));
  OSTRACON_TRY_ASSIGN(steps::CodeEvidence * to, evidence_on_device_.make(memory, codes.size()));
  OSTRACON_TRY(launch(weigh_codes, dim3(blocks_for(codes.size())), dim3(kThreads), 0, *device_,
                      levels, tables, of_device, static_cast<std::uint32_t>(codes.size()), to));
  OSTRACON_TRY(memory.download(evidence.data(), to, evidence.size() * sizeof(steps::CodeEvidence)));
  return evidence;
}

}  // namespace ostracon::cuda
