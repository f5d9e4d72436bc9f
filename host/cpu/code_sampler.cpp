#include "host/cpu/code_sampler.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>

#include "host/cpu/code_sampler_kernel.hpp"
#include "host/parallel.hpp"
#include "host/steps/code_dirt.hpp"
#include "host/steps/code_response.hpp"
#include "pipeline/rules/code_window.hpp"

namespace ostracon::cpu {
namespace {

using steps::cell;
using steps::kCodeMargin;

rules::CodeTerms terms_of(const CodeMap& map) {
  rules::CodeTerms terms{};
  terms.middle = map.middle;
  for (std::size_t i = 0; i < map.terms.size(); ++i)
    for (std::size_t axis = 0; axis < 2; ++axis) terms.terms[i][axis] = map.terms[i][axis];
  return terms;
}

/// The means of a code's modules and of the margin around, `wide` a side.
void sample(ImageView<const float> image, const CodeMap& map, std::int32_t wide, float* means) {
  constexpr std::int32_t kTile = rules::kInverseTile;
  const rules::CodeTerms terms = terms_of(map);
  const auto place = [](std::int32_t index) { return static_cast<float>(index - kCodeMargin); };
  for (std::int32_t top = 0; top < wide; top += kTile)
    for (std::int32_t left = 0; left < wide; left += kTile) {
      const std::int32_t bottom = std::min(wide, top + kTile), count = std::min(wide - left, kTile);
      ModuleRun run{.image = image,
                    .inverse = rules::inverse_at(terms, 0.5F * (place(top) + place(bottom - 1)),
                                                 0.5F * (place(left) + place(left + count - 1))),
                    .count = count};
      for (std::int32_t row = top; row < bottom; ++row) {
        for (std::int32_t k = 0; k < count; ++k) {
          const rules::PixelPlace at = rules::place_of(terms, place(row), place(left + k));
          run.y[k] = at.y;
          run.x[k] = at.x;
        }
        module_means(run, means + cell(row, left, wide));
      }
    }
}

class CpuCodeSampler final : public CodeSampler {
 public:
  explicit CpuCodeSampler(const CodeSamplerConfig& config) : config_(config) {}

  Result<std::vector<CodeSignal>> run(ImageView<const float> image,
                                      std::span<const LocatedCode> codes, Llr* modules) override {
    OSTRACON_TRY(check_sampled(config_, image.rows, image.cols, codes));
    std::vector<Place> places(codes.size());
    std::size_t count = 0, sampled = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const std::int32_t side = format::qr::side_of(codes[i].version);
      const std::int32_t wide = side + 2 * kCodeMargin;
      places[i] = {side, wide, count, sampled};
      count += cell(side, 0, side);
      sampled += cell(wide, 0, wide);
    }
    if (means_.size() < sampled) means_.resize(sampled);
    const auto means = [&](std::size_t i) {
      return std::span(means_).subspan(places[i].sampled, cell(places[i].wide, 0, places[i].wide));
    };
    const auto each = [&](const auto& body) {
      parallel_for(static_cast<std::int64_t>(codes.size()),
                   [&](std::int64_t i) { body(static_cast<std::size_t>(i)); });
    };

    std::vector<steps::CodeSums> sums(codes.size());
    each([&](std::size_t i) {
      sample(image, codes[i].map, places[i].wide, means(i).data());
      sums[i] = steps::sums_of(means(i), steps::known_modules(codes[i].version));
    });
    std::vector<steps::CodeEqualiser> equalisers(codes.size());
    std::unique_ptr<const steps::TapDesign> design;
    const auto fit = [&] {
      design = std::make_unique<const steps::TapDesign>(steps::response_of(sums));
      each([&](std::size_t i) { equalisers[i] = steps::equaliser_of(sums[i], *design); });
    };
    fit();
    const steps::CommonFit common = steps::common_fit(equalisers);
    std::vector<steps::DoubtfulModules> doubtful(codes.size());
    std::atomic<bool> dirty = false;
    each([&](std::size_t i) {
      if (equalisers[i].signal.contrast == 0) return;
      const int version = codes[i].version;
      equalisers[i] = steps::fit_beside_dirt(equalisers[i], common, *design, means(i), version);
      if (!steps::erase_dirt(equalisers[i], common, places[i].side, means(i), doubtful[i])) return;
      sums[i] = steps::sums_of(means(i), steps::known_modules(version));
      dirty = true;
    });
    if (dirty) fit();
    std::vector<CodeSignal> signals(codes.size());
    each([&](std::size_t i) {
      signals[i] = equalisers[i].signal;
      Llr* of_code = modules + places[i].modules;
      if (signals[i].contrast == 0)
        std::fill_n(of_code, cell(places[i].side, 0, places[i].side), Llr{0});
      else
        equalise(equalisers[i], places[i].side, means(i).data(), of_code);
      steps::lower_doubtful(doubtful[i], {of_code, cell(places[i].side, 0, places[i].side)});
    });
    return signals;
  }

 private:
  /// Where the modules of a code lie in `modules` and in means_.
  struct Place {
    std::int32_t side, wide;
    std::size_t modules, sampled;
  };

  CodeSamplerConfig config_;
  std::vector<float> means_;  // grows with what a picture has
};

}  // namespace

Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& config) {
  OSTRACON_TRY(check(config));
  return std::unique_ptr<CodeSampler>(std::make_unique<CpuCodeSampler>(config));
}

}  // namespace ostracon::cpu
