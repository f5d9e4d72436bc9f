#include "host/cpu/code_finder.hpp"

#include <algorithm>
#include <tuple>

#include "host/cpu/code_pyramid.hpp"
#include "host/cpu/code_survey.hpp"

namespace ostracon::cpu {
namespace {

class CpuCodeFinder final : public CodeFinder {
 public:
  explicit CpuCodeFinder(const CodeFinderConfig& config)
      : config_(config), pyramid_(config.rows, config.cols, levels_for(config)) {}

  Result<std::vector<LocatedCode>> run(ImageView<const float> image) override {
    OSTRACON_TRY(check_image(config_, image.rows, image.cols));
    pyramid_.build(image);
    std::vector<LocatedCode> codes = survey_codes(config_, pyramid_);
    std::stable_sort(codes.begin(), codes.end(),
                     [](const LocatedCode& a, const LocatedCode& b) { return a.score > b.score; });
    if (codes.size() > static_cast<std::size_t>(config_.max_codes))
      codes.resize(static_cast<std::size_t>(config_.max_codes));
    std::sort(codes.begin(), codes.end(), [](const LocatedCode& a, const LocatedCode& b) {
      return std::tie(a.map.terms[0][0], a.map.terms[0][1]) <
             std::tie(b.map.terms[0][0], b.map.terms[0][1]);
    });
    return codes;
  }

 private:
  CodeFinderConfig config_;
  CodePyramid pyramid_;
};

}  // namespace

Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config) {
  OSTRACON_TRY(check(config));
  return std::unique_ptr<CodeFinder>(std::make_unique<CpuCodeFinder>(config));
}

}  // namespace ostracon::cpu
