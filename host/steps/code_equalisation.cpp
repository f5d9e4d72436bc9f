#include "host/steps/code_equalisation.hpp"

#include <atomic>

#include "host/parallel.hpp"

namespace ostracon::steps {

rules::CodeTerms terms_of(const CodeMap& map) {
  rules::CodeTerms terms{};
  terms.middle = map.middle;
  for (std::size_t i = 0; i < map.terms.size(); ++i)
    for (std::size_t axis = 0; axis < 2; ++axis) terms.terms[i][axis] = map.terms[i][axis];
  return terms;
}

std::vector<CodePlace> code_places(std::span<const LocatedCode> codes) {
  std::vector<CodePlace> places;
  places.reserve(codes.size());
  std::size_t modules = 0, sampled = 0;
  for (const LocatedCode& code : codes) {
    const std::int32_t side = format::qr::side_of(code.version);
    places.push_back({code.version, side, side + 2 * kCodeMargin, modules, sampled});
    modules = places.back().end_modules();
    sampled = places.back().end_sampled();
  }
  return places;
}

std::vector<CodeSums> sums_of(std::span<const CodePlace> places, std::span<const float> means) {
  std::vector<CodeSums> sums(places.size());
  parallel_for(static_cast<std::int64_t>(places.size()), [&](std::int64_t index) {
    const CodePlace& place = places[static_cast<std::size_t>(index)];
    sums[static_cast<std::size_t>(index)] =
        sums_of(means.subspan(place.sampled, place.end_sampled() - place.sampled),
                known_modules(place.version));
  });
  return sums;
}

std::vector<CodeEqualisation> equalisation_of(std::span<const CodePlace> places,
                                              std::span<float> means, std::span<CodeSums> sums) {
  const auto each = [&](const auto& body) {
    parallel_for(static_cast<std::int64_t>(places.size()),
                 [&](std::int64_t i) { body(static_cast<std::size_t>(i)); });
  };
  std::vector<CodeEqualiser> equalisers(places.size());
  const auto fit = [&] {
    const TapDesign design(response_of(sums));
    each([&](std::size_t i) { equalisers[i] = equaliser_of(sums[i], design); });
    return design;
  };
  const TapDesign design = fit();
  const CommonFit common = common_fit(equalisers);
  std::vector<CodeEqualisation> codes(places.size());
  std::atomic<bool> dirty = false;
  each([&](std::size_t i) {
    if (equalisers[i].signal.contrast == 0) return;
    const CodePlace& place = places[i];
    const auto of_code = means.subspan(place.sampled, place.end_sampled() - place.sampled);
    const KnownModules& known = known_modules(place.version);
    const CodeEqualiser clear = fit_beside_dirt(equalisers[i], common, design, of_code, known);
    if (!erase_dirt(clear, common, place.side, of_code, codes[i].doubtful)) return;
    sums[i] = sums_of(of_code, known);
    dirty = true;
  });
  if (dirty) fit();
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i].equaliser = equalisers[i];
  return codes;
}

}  // namespace ostracon::steps
