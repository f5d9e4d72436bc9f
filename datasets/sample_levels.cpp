#include "datasets/sample_levels.hpp"

#include "datasets/random.hpp"

namespace ostracon::sem {
namespace {

constexpr std::int32_t kModules = 96, kMargin = 8, kRows = 16, kCols = 16;
constexpr double kSpacing = 4.61;  // modules between samples: every phase is met

/// One page of random bits.
class RandomPage final : public PlateSource {
 public:
  explicit RandomPage(double pitch_nm) : pitch_nm_(pitch_nm) {}
  std::uint32_t pages() const override { return 1; }
  std::int32_t page_rows() const override { return kModules; }
  std::int32_t page_cols() const override { return kModules; }
  Position position(std::uint32_t) const override { return {}; }
  double pitch_nm() const override { return pitch_nm_; }
  std::int32_t gap_modules() const override { return 0; }
  Result<> read(std::uint32_t, std::span<std::uint8_t> modules) override {
    Random random(stream_seed(1, 0, Purpose::kPixels));
    for (std::uint8_t& module : modules) module = static_cast<std::uint8_t>(random.word() >> 63);
    return Ok{};
  }

 private:
  double pitch_nm_;
};

}  // namespace

std::vector<float> sample_levels(const Profile& profile, const SurfaceTables& tables,
                                 double pitch_nm) {
  Profile sparse;  // a coarse, straight scan of the same surface
  sparse.scan.pixels_per_module = 1 / kSpacing;
  const PageShape page{kModules, kModules, pitch_nm};
  const FieldMap map(sparse, page, {kRows, kCols}, 0, 0);
  RandomPage source(pitch_nm);
  auto window = make_window(profile, source, make_plate_map(source), 0,
                            {-kMargin, -kMargin, kModules + kMargin, kModules + kMargin}, 0);
  if (!window) return {1.0F};  // cannot happen: this source never fails
  const Scene scene{
      MapGrid(map, {-1, -1}, {kRows + 1.0, kCols + 1.0}, {-1.0 * kMargin, -1.0 * kMargin}),
      std::move(window).value(),
      {},
      map.image_x_direction()};
  std::vector<float> scratch, levels(kRows * kCols);
  for (std::int32_t row = 0; row < kRows; ++row)
    surface_row(profile.optics, tables, scene, row, {}, scratch,
                std::span(levels).subspan(static_cast<std::size_t>(row * kCols), kCols));
  return levels;
}

}  // namespace ostracon::sem
