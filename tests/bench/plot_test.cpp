#include "bench/dose_curve/plot.hpp"

#include <gtest/gtest.h>

#include "bench/dose_curve/limits.hpp"

namespace ostracon::bench {
namespace {

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

Outcome outcome_at(double sigma) {
  Outcome outcome;
  outcome.result.point.profile.optics.blur_sigma_modules = sigma;
  for (const std::int32_t step : {404, 412, 416}) {
    DoseSum sum;
    sum.codewords = 3040;
    sum.lost = step == 404 ? 700 : step == 412 ? 9 : 0;
    outcome.result.doses[step] = sum;
  }
  outcome.result.operating_step = 416;
  outcome.figure.dose = dose_of_step(416);
  outcome.figure.limit = 73;
  return outcome;
}

TEST(DosePlot, ShowsEveryDoseTriedAndTheOperatingDose) {
  const std::string svg = dose_plot({outcome_at(0.3), outcome_at(0.4)});
  EXPECT_EQ(svg.rfind("<svg ", 0), 0U);
  EXPECT_EQ(count(svg, "<polyline"), 2U);
  EXPECT_EQ(count(svg, "<circle"), 6U);
  EXPECT_EQ(count(svg, R"(fill="white"/>)"), 3U);  // the paper and two doses without a loss
  EXPECT_EQ(count(svg, "+2.17 dB"), 2U);
  EXPECT_NE(svg.find("sigma 0.4"), std::string::npos);
}

TEST(DosePlot, StacksThePartsOfALoss) {
  Outcome outcome = outcome_at(0.3);
  const std::size_t before = count(dose_plot({outcome}), "<rect");
  outcome.split = LossSplit{0.2, 0.6, 0.02, 0.05, 0.03, 0.4, 0.87, -0.5};
  EXPECT_EQ(count(dose_plot({outcome}), "<rect"), before + 4);
}

}  // namespace
}  // namespace ostracon::bench
