#include "host/cpu/code_survey.hpp"

#include <algorithm>
#include <cmath>

#include "host/cpu/code_check.hpp"
#include "host/cpu/finder_search.hpp"
#include "host/parallel.hpp"
#include "host/steps/code_proposals.hpp"
#include "host/steps/finder_template.hpp"

namespace ostracon::cpu {
namespace {

using steps::CodeMark;
using steps::CodeProposal;
using steps::FinderPeak;

constexpr float kLeastPitch = 1.8F;  // px of a level; twice that is the next level's
constexpr float kPitchStep = 1.13F;  // from one template to the next
constexpr std::int32_t kPitchSteps = 6;
// Contrast of a peak in rms of what is about: those in noise alone rarely pass the second.
constexpr float kLeastRms = 0.65F, kStrongRms = 1.0F;
constexpr float kLeastMark = 0.5F, kClearMark = 0.7F;  // correlation of a finder pattern
constexpr float kAlikePitch = 1.25F, kAlikeContrast = 0.4F;
constexpr float kClearRank = 1.3F, kLeastRank = 0.8F;
constexpr float kArmClass = 1.1F;  // arms that are taken together
constexpr std::size_t kMostPeaks = 16384, kMostMarks = 8192, kMostClear = 16;
constexpr std::int32_t kGlanceSide = 28;  // px of a level that share one peak looked at

/// Peaks in the middle of a level of the pyramid.
void add_peaks(const CodeFinderConfig& config, const CodePyramid& pyramid, std::int32_t level,
               std::int32_t most_side, float least_rms, std::vector<FinderPeak>& peaks) {
  const ImageView<const float> all = pyramid.level(level);
  const std::int32_t rows = std::min(all.rows, most_side), cols = std::min(all.cols, most_side);
  const std::int32_t top = (all.rows - rows) / 2, left = (all.cols - cols) / 2;
  const ImageView<const float> image{&all(top, left), rows, cols, all.row_stride};
  const std::int32_t scale = 1 << level;
  for (std::int32_t step = 0; step < kPitchSteps; ++step) {
    const float pitch = kLeastPitch * std::pow(kPitchStep, static_cast<float>(step));
    const float in_image = pitch * static_cast<float>(scale);
    if (in_image * kPitchStep < config.min_pitch_px || in_image > config.max_pitch_px * kPitchStep)
      continue;
    for (FinderPeak peak :
         find_peaks(image, level, steps::ring_template(pitch), pitch, 0, least_rms)) {
      peak.y += static_cast<float>(top * scale);
      peak.x += static_cast<float>(left * scale);
      peaks.push_back(peak);
    }
  }
}

/// The patterns near peaks; fewer than peaks, for most have none.
std::vector<CodeMark> look_at(const CodePyramid& pyramid, const std::vector<FinderPeak>& peaks) {
  std::vector<CodeMark> seen(peaks.size());
  parallel_for(static_cast<std::int64_t>(peaks.size()), [&](std::int64_t k) {
    const auto at = static_cast<std::size_t>(k);
    const PatchScale scale = coarse_scale(peaks[at].pitch, pyramid.levels());
    seen[at] = look_closely(pyramid.level(scale.level), scale.level, peaks[at]);
  });
  std::erase_if(seen, [](const CodeMark& mark) { return !(mark.correlation > kLeastMark); });
  return seen;
}

std::vector<CodeMark> marks_of(const CodePyramid& pyramid, std::vector<FinderPeak> peaks) {
  // Weak ones are worth a look only if they resemble a pattern that is clear.
  const auto weak = std::partition(peaks.begin(), peaks.end(), [](const FinderPeak& peak) {
    return peak.strength >= kStrongRms;
  });
  std::vector<FinderPeak> doubtful(weak, peaks.end());
  peaks.erase(weak, peaks.end());
  std::vector<CodeMark> marks =
      look_at(pyramid, steps::strongest_peaks(std::move(peaks), kMostPeaks));
  std::vector<CodeMark> clear = steps::strongest_marks(marks, kMostClear);
  std::erase_if(clear, [](const CodeMark& mark) { return !(mark.correlation > kClearMark); });
  std::erase_if(doubtful, [&](const FinderPeak& peak) {
    return std::none_of(clear.begin(), clear.end(), [&](const CodeMark& mark) {
      const float ratio = peak.pitch / mark.pitch;
      return ratio < kAlikePitch && ratio > 1 / kAlikePitch &&
             peak.contrast / mark.contrast > kAlikeContrast;
    });
  });
  const std::vector<CodeMark> more =
      look_at(pyramid, steps::strongest_peaks(std::move(doubtful), kMostPeaks));
  marks.insert(marks.end(), more.begin(), more.end());
  return steps::strongest_marks(std::move(marks), kMostMarks);
}

/// Takes proposals that hold, best first, none of whose patterns belongs to another code.
class Selection {
 public:
  Selection(const CodePyramid& pyramid, const std::vector<CodeProposal>& proposals,
            std::size_t marks)
      : pyramid_(pyramid), proposals_(proposals), used_(marks, false) {}

  /// Of the proposals from `first` to `last` those of at least so high a rank.
  void take(std::size_t first, std::size_t last, float least_rank) {
    std::vector<std::size_t> free;
    for (std::size_t k = first; k < last; ++k)
      if (is_free(k)) free.push_back(k);
    std::vector<float> ranks(free.size());
    parallel_for(static_cast<std::int64_t>(free.size()), [&](std::int64_t k) {
      const auto at = static_cast<std::size_t>(k);
      ranks[at] = weigh(pyramid_, proposals_[free[at]].code).rank();
    });
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < free.size(); ++k)
      if (ranks[k] >= least_rank) order.push_back(k);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return ranks[a] > ranks[b]; });
    for (const std::size_t k : order) try_one(free[k]);
  }

  std::size_t count() const { return codes_.size(); }
  std::vector<LocatedCode> codes() { return std::move(codes_); }

 private:
  bool is_free(std::size_t proposal) const {
    const auto& marks = proposals_[proposal].marks;
    return std::none_of(marks.begin(), marks.end(),
                        [&](std::size_t mark) { return static_cast<bool>(used_[mark]); });
  }

  void try_one(std::size_t proposal) {
    LocatedCode code = proposals_[proposal].code;
    const auto over = [&](const LocatedCode& other) { return steps::overlap(other, code); };
    if (!is_free(proposal) || std::any_of(codes_.begin(), codes_.end(), over)) return;
    if (!fit_code(pyramid_, patch_, FitStart::kRough, code)) return;
    for (const std::size_t mark : proposals_[proposal].marks) used_[mark] = true;
    codes_.push_back(code);
  }

  const CodePyramid& pyramid_;
  const std::vector<CodeProposal>& proposals_;
  CodePatch patch_;
  std::vector<bool> used_;
  std::vector<LocatedCode> codes_;
};

/// Takes clear proposals, those of short arms first. Whether they are enough.
bool take_clear(const std::vector<CodeProposal>& proposals, std::size_t enough,
                Selection& selection) {
  std::size_t first = 0;
  while (first < proposals.size() && selection.count() < enough) {
    std::size_t last = first + 1;
    while (last < proposals.size() && proposals[last].arm < kArmClass * proposals[first].arm)
      ++last;
    selection.take(first, last, kClearRank);
    first = last;
  }
  return selection.count() >= enough;
}

}  // namespace

std::vector<LocatedCode> glance_codes(const CodeFinderConfig& config, CodePyramid& pyramid,
                                      const SurveyExtent& extent) {
  const std::int32_t along = extent.most_side / kGlanceSide;
  const auto most = static_cast<std::size_t>(along) * static_cast<std::size_t>(along);
  std::vector<CodeMark> marks;
  for (std::int32_t level = 0; level < pyramid.most_levels(); ++level) {
    pyramid.form(level + 1);
    std::vector<FinderPeak> peaks;
    add_peaks(config, pyramid, level, extent.most_side, kStrongRms, peaks);
    const std::vector<CodeMark> seen =
        look_at(pyramid, steps::strongest_peaks(std::move(peaks), most));
    marks.insert(marks.end(), seen.begin(), seen.end());
    marks = steps::strongest_marks(std::move(marks), kMostMarks);
    const std::vector<CodeProposal> proposals = steps::propose_codes(marks);
    Selection selection(pyramid, proposals, marks.size());
    if (take_clear(proposals, extent.enough, selection)) return selection.codes();
  }
  return {};
}

std::vector<LocatedCode> survey_codes(const CodeFinderConfig& config, CodePyramid& pyramid,
                                      const SurveyExtent& extent) {
  pyramid.form(pyramid.most_levels());
  std::vector<FinderPeak> peaks;
  for (std::int32_t level = 0; level < pyramid.levels(); ++level)
    add_peaks(config, pyramid, level, extent.most_side, kLeastRms, peaks);
  const std::vector<CodeMark> marks = marks_of(pyramid, std::move(peaks));
  const std::vector<CodeProposal> proposals = steps::propose_codes(marks);
  Selection selection(pyramid, proposals, marks.size());
  // An array of small codes has finder patterns for many large ones: what is clear goes first, the
  // small before the large, and takes its patterns with it.
  if (take_clear(proposals, extent.enough, selection)) return selection.codes();
  selection.take(0, proposals.size(), kLeastRank);
  return selection.codes();
}

std::int32_t levels_for(const CodeFinderConfig& config) {
  std::int32_t levels = 1;
  std::int32_t side = std::min(config.rows, config.cols);
  for (float pitch = 2 * kLeastPitch; pitch < config.max_pitch_px && side >= 32; pitch *= 2) {
    ++levels;
    side /= 2;
  }
  return levels;
}

}  // namespace ostracon::cpu
