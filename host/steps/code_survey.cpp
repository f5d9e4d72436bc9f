#include "host/steps/code_survey.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "host/steps/code_proposals.hpp"
#include "host/steps/finder_template.hpp"

namespace ostracon::steps {
namespace {

constexpr float kLeastPitch = 1.8F;  // px of a level; twice that is the next level's
constexpr float kPitchStep = 1.13F;  // from one template to the next
constexpr std::int32_t kPitchSteps = 6;
float pitch_of(std::int32_t step) {
  return kLeastPitch * std::pow(kPitchStep, static_cast<float>(step));
}
// Contrast of a peak in rms of what is about: those in noise alone rarely pass the second.
constexpr float kLeastRms = 0.65F, kStrongRms = 1.0F;
constexpr float kLeastMark = 0.5F, kClearMark = 0.7F;  // correlation of a finder pattern
constexpr float kAlikePitch = 1.25F, kAlikeContrast = 0.4F;
constexpr float kClearRank = 1.3F, kLeastRank = 0.8F;
constexpr float kArmClass = 1.1F;  // arms that are taken together
constexpr std::size_t kMostPeaks = 16384, kMostMarks = 8192, kMostClear = 16;
constexpr std::int32_t kGlanceSide = 28;  // px of a level that share one peak looked at

/// Of the pitches of a level, the first the smallest.
const std::array<FinderTemplate, kPitchSteps>& ring_templates() {
  static const std::array<FinderTemplate, kPitchSteps> made = [] {
    std::array<FinderTemplate, kPitchSteps> templates;
    for (std::int32_t step = 0; step < kPitchSteps; ++step)
      templates[static_cast<std::size_t>(step)] = ring_template(pitch_of(step));
    return templates;
  }();
  return made;
}

/// For peaks in the middle of a level.
void add_searches(const CodeFinderConfig& config, const CodePasses& passes, std::int32_t level,
                  std::int32_t most_side, float least_rms, std::vector<PeakSearch>& searches) {
  const LevelSize& all = passes.levels()[static_cast<std::size_t>(level)];
  const std::int32_t rows = std::min(all.rows, most_side), cols = std::min(all.cols, most_side);
  const ImagePart part{(all.rows - rows) / 2, (all.cols - cols) / 2, rows, cols};
  for (std::int32_t step = 0; step < kPitchSteps; ++step) {
    const float pitch = pitch_of(step);
    const float in_image = pitch * static_cast<float>(1 << level);
    if (in_image * kPitchStep < config.min_pitch_px || in_image > config.max_pitch_px * kPitchStep)
      continue;
    searches.push_back(
        {level, part, &ring_templates()[static_cast<std::size_t>(step)], pitch, 0, least_rms});
  }
}

/// The patterns near peaks; fewer than peaks, for most have none.
Result<std::vector<CodeMark>> look_at(CodePasses& passes, const std::vector<FinderPeak>& peaks) {
  OSTRACON_TRY_ASSIGN(std::vector<CodeMark> seen, passes.look_closely(peaks));
  std::erase_if(seen, [](const CodeMark& mark) { return !(mark.correlation > kLeastMark); });
  return seen;
}

Result<std::vector<CodeMark>> marks_of(CodePasses& passes, std::vector<FinderPeak> peaks) {
  // Weak ones are worth a look only if they resemble a pattern that is clear.
  const auto weak = std::partition(peaks.begin(), peaks.end(), [](const FinderPeak& peak) {
    return peak.strength >= kStrongRms;
  });
  std::vector<FinderPeak> doubtful(weak, peaks.end());
  peaks.erase(weak, peaks.end());
  OSTRACON_TRY_ASSIGN(std::vector<CodeMark> marks,
                      look_at(passes, strongest_peaks(std::move(peaks), kMostPeaks)));
  std::vector<CodeMark> clear = strongest_marks(marks, kMostClear);
  std::erase_if(clear, [](const CodeMark& mark) { return !(mark.correlation > kClearMark); });
  std::erase_if(doubtful, [&](const FinderPeak& peak) {
    return std::none_of(clear.begin(), clear.end(), [&](const CodeMark& mark) {
      const float ratio = peak.pitch / mark.pitch;
      return ratio < kAlikePitch && ratio > 1 / kAlikePitch &&
             peak.contrast / mark.contrast > kAlikeContrast;
    });
  });
  OSTRACON_TRY_ASSIGN(const std::vector<CodeMark> more,
                      look_at(passes, strongest_peaks(std::move(doubtful), kMostPeaks)));
  marks.insert(marks.end(), more.begin(), more.end());
  return strongest_marks(std::move(marks), kMostMarks);
}

/// Takes proposals that hold, best first, none of whose patterns belongs to another code.
class Selection {
 public:
  Selection(CodePasses& passes, const std::vector<CodeProposal>& proposals, std::size_t marks)
      : passes_(passes), proposals_(proposals), used_(marks, false) {}

  /// Of the proposals from `first` to `last` those of at least so high a rank.
  Result<> take(std::size_t first, std::size_t last, float least_rank) {
    std::vector<std::size_t> free;
    std::vector<LocatedCode> codes;
    for (std::size_t k = first; k < last; ++k)
      if (is_free(k)) {
        free.push_back(k);
        codes.push_back(proposals_[k].code);
      }
    OSTRACON_TRY_ASSIGN(const std::vector<CodeEvidence> evidence, passes_.weigh(codes));
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < free.size(); ++k)
      if (evidence[k].rank() >= least_rank) order.push_back(k);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return evidence[a].rank() > evidence[b].rank();
    });
    for (std::size_t& k : order) k = free[k];
    return try_all(order);
  }

  std::size_t count() const { return codes_.size(); }
  std::vector<LocatedCode> codes() { return std::move(codes_); }

 private:
  bool is_free(std::size_t proposal) const {
    const auto& marks = proposals_[proposal].marks;
    return std::none_of(marks.begin(), marks.end(),
                        [&](std::size_t mark) { return static_cast<bool>(used_[mark]); });
  }
  bool may_be(std::size_t proposal) const {
    return is_free(proposal) && std::none_of(codes_.begin(), codes_.end(), [&](const auto& other) {
             return overlap(other, proposals_[proposal].code);
           });
  }

  /// Fits those next in turn together, and takes them one after the other, as if each had waited
  /// for those before it.
  Result<> try_all(std::span<const std::size_t> order) {
    std::vector<std::size_t> tried;
    std::vector<LocatedCode> fitted;
    for (std::size_t next = 0; next < order.size();) {
      tried.clear();
      fitted.clear();
      for (; next < order.size() && tried.size() < passes_.fits_ahead(); ++next)
        if (may_be(order[next])) {
          tried.push_back(order[next]);
          fitted.push_back(proposals_[order[next]].code);
        }
      OSTRACON_TRY(passes_.fit(fitted, FitStart::kRough));
      for (std::size_t k = 0; k < tried.size(); ++k) {
        if (!(fitted[k].score > 0) || !may_be(tried[k])) continue;
        for (const std::size_t mark : proposals_[tried[k]].marks) used_[mark] = true;
        codes_.push_back(fitted[k]);
      }
    }
    return Ok{};
  }

  CodePasses& passes_;
  const std::vector<CodeProposal>& proposals_;
  std::vector<bool> used_;
  std::vector<LocatedCode> codes_;
};

/// Takes clear proposals, those of short arms first. Whether they are enough.
Result<bool> take_clear(const std::vector<CodeProposal>& proposals, std::size_t enough,
                        Selection& selection) {
  std::size_t first = 0;
  while (first < proposals.size() && selection.count() < enough) {
    std::size_t last = first + 1;
    while (last < proposals.size() && proposals[last].arm < kArmClass * proposals[first].arm)
      ++last;
    OSTRACON_TRY(selection.take(first, last, kClearRank));
    first = last;
  }
  return selection.count() >= enough;
}

}  // namespace

Result<std::vector<LocatedCode>> glance_codes(const CodeFinderConfig& config, CodePasses& passes,
                                              const SurveyExtent& extent) {
  const std::int32_t along = extent.most_side / kGlanceSide;
  const auto most = static_cast<std::size_t>(along) * static_cast<std::size_t>(along);
  std::vector<CodeMark> marks;
  for (std::int32_t level = 0; level < passes.most_levels(); ++level) {
    OSTRACON_TRY(passes.form(level + 1));
    std::vector<PeakSearch> searches;
    add_searches(config, passes, level, extent.most_side, kStrongRms, searches);
    OSTRACON_TRY_ASSIGN(std::vector<FinderPeak> peaks, passes.find_peaks(searches));
    OSTRACON_TRY_ASSIGN(const std::vector<CodeMark> seen,
                        look_at(passes, strongest_peaks(std::move(peaks), most)));
    marks.insert(marks.end(), seen.begin(), seen.end());
    marks = strongest_marks(std::move(marks), kMostMarks);
    const std::vector<CodeProposal> proposals = propose_codes(marks);
    Selection selection(passes, proposals, marks.size());
    OSTRACON_TRY_ASSIGN(const bool are_enough, take_clear(proposals, extent.enough, selection));
    if (are_enough) return selection.codes();
  }
  return std::vector<LocatedCode>{};
}

Result<std::vector<LocatedCode>> survey_codes(const CodeFinderConfig& config, CodePasses& passes,
                                              const SurveyExtent& extent) {
  std::vector<PeakSearch> searches;
  OSTRACON_TRY(passes.form(passes.most_levels()));
  for (std::int32_t level = 0; level < passes.level_count(); ++level)
    add_searches(config, passes, level, extent.most_side, kLeastRms, searches);
  OSTRACON_TRY_ASSIGN(std::vector<FinderPeak> peaks, passes.find_peaks(searches));
  OSTRACON_TRY_ASSIGN(const std::vector<CodeMark> marks, marks_of(passes, std::move(peaks)));
  const std::vector<CodeProposal> proposals = propose_codes(marks);
  Selection selection(passes, proposals, marks.size());
  // An array of small codes has finder patterns for many large ones: what is clear goes first, the
  // small before the large, and takes its patterns with it.
  OSTRACON_TRY_ASSIGN(const bool are_enough, take_clear(proposals, extent.enough, selection));
  if (!are_enough) OSTRACON_TRY(selection.take(0, proposals.size(), kLeastRank));
  return selection.codes();
}

std::vector<LevelSize> level_sizes(const CodeFinderConfig& config) {
  std::vector<LevelSize> levels{{config.rows, config.cols}};
  std::int32_t side = std::min(config.rows, config.cols);
  for (float pitch = 2 * kLeastPitch; pitch < config.max_pitch_px && side >= 32; pitch *= 2) {
    levels.push_back({levels.back().rows / 2, levels.back().cols / 2});
    side /= 2;
  }
  return levels;
}

}  // namespace ostracon::steps
