#include "host/steps/code_proposals.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "format/qr/symbol.hpp"

namespace ostracon::steps {
namespace {

constexpr float kPitchRatio = 1.15F;             // of two patterns of a symbol
constexpr float kArmRatio = 1.08F;               // of the two arms
constexpr float kAngle = 0.2F;                   // radians, of an arm against a pattern's own axes
constexpr float kArmModules = 0.08F;             // relative error of an arm in modules
constexpr float kLeastArm = 12, kMostArm = 180;  // modules: 14 and 170 with what may be wrong
// Where patterns stand everywhere, pairs of arms are many. A code's own are near, or clearer than
// what looks like them between.
constexpr std::size_t kNearArms = 64, kClearArms = 64, kMostProposals = std::size_t{1} << 18;

float arm_modules(std::int32_t version) {
  return static_cast<float>(format::qr::side_of(version) - 7);
}

/// The smallest difference of two directions modulo a right angle.
float square_angle(float a, float b) {
  constexpr float kRight = std::numbers::pi_v<float> / 2;
  const float turn = (a - b) / kRight;
  return std::abs(turn - std::round(turn)) * kRight;
}

struct Arm {
  std::size_t to;
  float dy, dx, length;
};

std::vector<Arm> arms_of(const std::vector<CodeMark>& marks, std::size_t from) {
  const CodeMark& a = marks[from];
  std::vector<Arm> arms;
  for (std::size_t k = 0; k < marks.size(); ++k) {
    const CodeMark& b = marks[k];
    const float dy = b.y - a.y, dx = b.x - a.x;
    const float most = kMostArm * a.pitch;
    if (k == from || b.inverted != a.inverted || std::abs(dy) > most || std::abs(dx) > most)
      continue;
    if (std::max(a.pitch, b.pitch) > kPitchRatio * std::min(a.pitch, b.pitch)) continue;
    const float length = std::hypot(dy, dx);
    if (length < kLeastArm * a.pitch || length > most) continue;
    const float direction = std::atan2(dy, dx);
    if (square_angle(direction, a.angle) > kAngle || square_angle(direction, b.angle) > kAngle)
      continue;
    arms.push_back({k, dy, dx, length});
  }
  std::sort(arms.begin(), arms.end(),
            [](const Arm& l, const Arm& r) { return l.length < r.length; });
  if (arms.size() <= kNearArms + kClearArms) return arms;
  const auto clearer = [&](const Arm& l, const Arm& r) {
    return marks[l.to].correlation > marks[r.to].correlation;
  };
  const auto kept = static_cast<std::ptrdiff_t>(kNearArms);
  std::stable_sort(arms.begin() + kept, arms.end(), clearer);
  arms.resize(kNearArms + kClearArms);
  std::stable_sort(arms.begin() + kept, arms.end(),
                   [](const Arm& l, const Arm& r) { return l.length < r.length; });
  return arms;
}

/// Keeps those whose least clear pattern is clearest.
void keep_clearest(const std::vector<CodeMark>& marks, std::vector<CodeProposal>& proposals) {
  const auto least = [&](const CodeProposal& proposal) {
    const auto& [a, b, c] = proposal.marks;
    return std::min({marks[a].correlation, marks[b].correlation, marks[c].correlation});
  };
  std::stable_sort(
      proposals.begin(), proposals.end(),
      [&](const CodeProposal& l, const CodeProposal& r) { return least(l) > least(r); });
  proposals.resize(kMostProposals);
}

}  // namespace

bool holds(const LocatedCode& code, std::array<float, 2> place) {
  const auto &origin = code.map.terms[0], &down = code.map.terms[1], &right = code.map.terms[2];
  const float area = down[0] * right[1] - down[1] * right[0];
  const float dy = place[0] - origin[0], dx = place[1] - origin[1];
  const float row = (dy * right[1] - dx * right[0]) / area;
  const float col = (dx * down[0] - dy * down[1]) / area;
  return std::max(std::abs(row), std::abs(col)) < code.map.middle + 0.5F;
}

bool overlap(const LocatedCode& a, const LocatedCode& b) {
  return holds(a, b.map.terms[0]) || holds(b, a.map.terms[0]);
}

LocatedCode code_through(std::int32_t version, std::array<float, 2> upper_left,
                         std::array<float, 2> upper_right, std::array<float, 2> lower_left,
                         bool inverted) {
  const float arm = arm_modules(version);
  LocatedCode code;
  code.version = version;
  code.inverted = inverted;
  code.map.middle = 0.5F * static_cast<float>(format::qr::side_of(version) - 1);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    code.map.terms[0][axis] = 0.5F * (upper_right[axis] + lower_left[axis]);
    code.map.terms[1][axis] = (lower_left[axis] - upper_left[axis]) / arm;
    code.map.terms[2][axis] = (upper_right[axis] - upper_left[axis]) / arm;
  }
  return code;
}

std::vector<CodeProposal> propose_codes(const std::vector<CodeMark>& marks) {
  std::vector<CodeProposal> proposals;
  for (std::size_t corner = 0; corner < marks.size(); ++corner) {
    if (proposals.size() > 2 * kMostProposals) keep_clearest(marks, proposals);
    const std::vector<Arm> arms = arms_of(marks, corner);
    for (std::size_t i = 0; i < arms.size(); ++i)
      for (std::size_t j = i + 1; j < arms.size() && arms[j].length < kArmRatio * arms[i].length;
           ++j) {
        const float area = arms[i].dx * arms[j].dy - arms[i].dy * arms[j].dx;
        // Right and down: clockwise in a picture whose y goes down.
        const Arm& right = area > 0 ? arms[i] : arms[j];
        const Arm& down = area > 0 ? arms[j] : arms[i];
        if (std::abs(area) < 0.97F * right.length * down.length) continue;
        const float pitch =
            (marks[corner].pitch + marks[right.to].pitch + marks[down.to].pitch) / 3;
        const float modules = 0.5F * (right.length + down.length) / pitch;
        for (std::int32_t version = format::qr::kMinVersion; version <= format::qr::kMaxVersion;
             ++version) {
          const float arm = arm_modules(version);
          if (std::abs(modules - arm) > kArmModules * arm) continue;
          const auto place = [&](std::size_t k) {
            return std::array<float, 2>{marks[k].y, marks[k].x};
          };
          proposals.push_back({{corner, right.to, down.to},
                               modules,
                               code_through(version, place(corner), place(right.to), place(down.to),
                                            marks[corner].inverted)});
        }
      }
  }
  if (proposals.size() > kMostProposals) keep_clearest(marks, proposals);
  std::stable_sort(proposals.begin(), proposals.end(),
                   [](const CodeProposal& a, const CodeProposal& b) { return a.arm < b.arm; });
  return proposals;
}

}  // namespace ostracon::steps
