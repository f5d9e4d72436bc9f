#include <gtest/gtest.h>

#include <cmath>

#include "bench/dose_curve/genie_detector.hpp"
#include "bench/dose_curve/genie_sampler.hpp"
#include "bench/dose_curve/genie_split.hpp"
#include "bench/dose_curve/limits.hpp"
#include "io/profile_file.hpp"

namespace ostracon::bench {
namespace {

/// One page of 256 x 256 as `typical` has it, without damage.
Point small_point() {
  Point point;
  point.profile = io::load_profile("typical").value();
  point.profile.damage.area = 0;
  point.rows = point.cols = 256;
  point.pages = 1;
  return point;
}

double root_mean_square(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

TEST(GenieSampler, AgreesWithTheReadersOwnWhereTheMapIsTrueAndNothingJitters) {
  Point point = small_point();
  for (const char* name : {"row-jitter", "rotation", "shear", "scale-error"})
    ASSERT_TRUE(sem::set_parameter(point.profile, name, 0));
  const auto plate = write_plate(point);
  ASSERT_TRUE(plate) << plate.error().message;
  LayoutCache layouts;
  PageWorker worker(layouts);
  ASSERT_TRUE(worker.render(point, plate.value(), 400, 0, true));
  const SimulatedPage& page = worker.rendered();
  const TrueField field = true_field(point, page, 0);
  std::vector<float> ours(256 * 256), theirs(256 * 256), weight(256 * 256);
  sample_by_truth(point, page, field, 0, {ours.data(), 256, 256, 256});
  auto backend = make_backend(BackendKind::kCpu).value();
  auto sampler = backend->make_module_sampler({page.shape, 256 * 256}).value();
  ASSERT_TRUE(sampler->run({page.frames.data(), page.shape, page.black}, field.flat, field.drift,
                           field.map, {0.3F, 3.0F}, 0, 0, {theirs.data(), 256, 256, 256},
                           {weight.data(), 256, 256, 256}));
  // Levels are 1/3 apart from 0; the error of a module by counting alone is 0.05 here.
  const std::vector<float> zero(ours.size(), 0.0F);
  EXPECT_GT(root_mean_square(ours, zero), 0.25);
  EXPECT_LT(root_mean_square(ours, theirs), 0.01);
}

TEST(GenieSplit, AReaderThatIsToldMoreReadsNoWorse) {
  const Point point = small_point();
  const auto plate = write_plate(point);
  ASSERT_TRUE(plate) << plate.error().message;
  LayoutCache layouts;
  PageWorker worker(layouts);
  const auto split = split_page(worker, point, plate.value(), 120, 0);
  ASSERT_TRUE(split) << split.error().message;
  auto values = split.value().values;
  EXPECT_GT(values["blind"], 0.8);
  EXPECT_GT(values["map"], values["blind"] - 0.002);
  EXPECT_GT(values["rows"], values["map"]);
  EXPECT_GT(values["taps"], values["rows"]);
  EXPECT_GT(values["neighbours"], values["taps"] + 0.02);
  EXPECT_LT(values["neighbours"], 1);
  EXPECT_LE(values["blind_as_scaled"], values["blind"] + 1e-9);
}

TEST(ToldReader, ReadsAPageWithoutLookingForIt) {
  Point point = small_point();
  const auto plate = write_plate(point);
  ASSERT_TRUE(plate) << plate.error().message;
  LayoutCache layouts;
  PageWorker worker(layouts);
  for (const Told told : {Told::kMap, Told::kRows}) {
    point.told = told;
    const auto record = worker.trial(point, plate.value(), 130, 0);
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_GT(record.value().codewords, 0);
    EXPECT_EQ(record.value().lost, 0);
    EXPECT_EQ(record.value().wrong, 0);
    EXPECT_EQ(worker.trial(point, plate.value(), 40, 0).value().lost, record.value().codewords);
  }
}

TEST(GenieDetector, InformationOfASymmetricChannelIsItsCapacity) {
  // Nine of ten LLRs point the right way, whatever their size; a tenth of all is erased.
  std::vector<Llr> llrs;
  std::vector<std::uint8_t> bits, counted;
  for (int i = 0; i < 1000; ++i) {
    bits.push_back(static_cast<std::uint8_t>(i % 2));
    const bool right = i / 2 % 10 != 0;
    llrs.push_back(static_cast<Llr>((i % 2 == 0) == right ? 7 : -7));
    counted.push_back(1);
  }
  const double entropy = -0.1 * std::log2(0.1) - 0.9 * std::log2(0.9);
  EXPECT_NEAR(mutual_information_of(llrs, bits, counted), 1 - entropy, 1e-12);
  // ln 9 is the right size; 7 steps are 2.6 nats and lose a little.
  const double scaled = mutual_information_as_scaled(llrs, bits, counted);
  EXPECT_LT(scaled, 1 - entropy);
  EXPECT_GT(scaled, 1 - entropy - 0.03);
  for (std::size_t i = 0; i < 500; ++i) llrs[i] = 0;
  EXPECT_NEAR(mutual_information_of(llrs, bits, counted), (1 - entropy) / 2, 1e-12);
  for (std::size_t i = 0; i < 500; ++i) counted[i] = 0;
  EXPECT_NEAR(mutual_information_of(llrs, bits, counted), 1 - entropy, 1e-12);
}

SplitSum sum_at(double dose, double offset) {
  SplitSum sum;
  sum.dose = dose;
  // Information grows by 0.05 a dB; every reader told less needs more by what its name says.
  const auto at = [&](double later) {
    return 0.8 + 0.05 * (decibels(dose / 100) - later) + offset;
  };
  sum.mean = {{"neighbours", at(-0.5)},  {"taps", at(0.4)},         {"rows", at(0.42)},
              {"map", at(0.5)},          {"blind", at(0.6)},        {"blind_zone_0", at(0.3)},
              {"blind_zone_1", at(0.9)}, {"blind_as_scaled", at(1)}};
  return sum;
}

TEST(LossSplit, PartsAddUpToTheOperatingDoseAboveTheLimit) {
  const double operating = 100 * ratio_of_decibels(1.75);
  const auto split = loss_split(sum_at(operating * ratio_of_decibels(-1), 0), sum_at(operating, 0),
                                0.8, operating, 95, 100);
  ASSERT_TRUE(split);
  EXPECT_NEAR(split->detection, 0.4, 1e-9);
  EXPECT_NEAR(split->calibration, 0.02, 1e-9);
  EXPECT_NEAR(split->row_motion, 0.08, 1e-9);
  EXPECT_NEAR(split->map, 0.1, 1e-9);
  EXPECT_NEAR(split->zones, 0.3, 1e-9);
  EXPECT_NEAR(split->code, 0.85, 1e-9);
  EXPECT_NEAR(split->matched_filter, -0.5, 1e-9);
  EXPECT_NEAR(
      split->detector_noise + split->detection + split->registration() + split->zones + split->code,
      decibels(operating / 95), 1e-9);
}

TEST(LossSplit, IsRefusedWhereDoseTeachesNothing) {
  SplitSum low = sum_at(100, 0), high = sum_at(120, 0);
  high.mean["map"] = low.mean["map"];
  EXPECT_FALSE(loss_split(low, high, 0.8, 120, 95, 100));
  high.mean.erase("map");
  EXPECT_FALSE(loss_split(low, high, 0.8, 120, 95, 100));
}

}  // namespace
}  // namespace ostracon::bench
