#include "pipeline/raw_lattice/templates.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/raw_lattice/cholesky.hpp"

namespace ostracon::raw_lattice {
namespace {

constexpr std::size_t kSide = 12;
constexpr std::size_t kPoints = kSide * kSide;
constexpr double kSpan = 1.5;  // pitches
constexpr std::size_t kFolds = 4;
constexpr int kRounds = 3;
constexpr std::size_t kMostLearned = 8192;  // cells a fold learns from
constexpr double kLeastVariance = 1e-3;     // of the mean variance of a point, for any point

using Patch = std::array<double, kPoints>;

Patch patch_of(const Image& image, const Grid& grid, std::int64_t cell) {
  Patch patch{};
  for (std::size_t i = 0; i < kSide; ++i)
    for (std::size_t j = 0; j < kSide; ++j)
      patch[i * kSide + j] = static_cast<double>(
          image.at(grid.at(static_cast<std::int32_t>(cell / grid.cols.count()),
                           static_cast<std::int32_t>(cell % grid.cols.count()),
                           kSpan * ((static_cast<double>(i) + 0.5) / kSide - 0.5),
                           kSpan * ((static_cast<double>(j) + 0.5) / kSide - 0.5))));
  return patch;
}

/// Neighbouring cells, whose patches overlap, are of different folds as far as that goes.
std::size_t fold_of(const Grid& grid, std::int64_t cell) {
  return static_cast<std::size_t>(cell / grid.cols.count() + 2 * (cell % grid.cols.count())) %
         kFolds;
}

/// Means and covariance, gathered cell by cell.
class Discriminant {
 public:
  void add(const Patch& patch, bool high) {
    count_[high] += 1;
    for (std::size_t i = 0; i < kPoints; ++i) mean_[high][i] += patch[i];
    patches_.push_back(patch);
    high_.push_back(high);
  }

  /// False if there is too little to learn from.
  bool learn() {
    if (count_[0] < 2 || count_[1] < 2) return false;
    for (std::size_t value = 0; value < 2; ++value)
      for (double& mean : mean_[value]) mean /= count_[value];
    std::vector<double> covariance(kPoints * kPoints, 0);
    const double cells = count_[0] + count_[1];
    for (std::size_t c = 0; c < patches_.size(); ++c) {
      Patch& patch = patches_[c];
      for (std::size_t i = 0; i < kPoints; ++i) patch[i] -= mean_[high_[c]][i];
      for (std::size_t i = 0; i < kPoints; ++i) {
        const double factor = patch[i] / (cells - 2);
        for (std::size_t j = 0; j <= i; ++j) covariance[i * kPoints + j] += factor * patch[j];
      }
    }
    patches_.clear();
    double trace = 0;
    for (std::size_t i = 0; i < kPoints; ++i) trace += covariance[i * kPoints + i];
    if (!(trace > 0)) trace = 1e-12;  // cells without noise: any small variance does
    const double keep = cells / (cells + kPoints);
    for (std::size_t i = 0; i < kPoints; ++i) {
      for (std::size_t j = 0; j < i; ++j) covariance[i * kPoints + j] *= keep;
      covariance[i * kPoints + i] += kLeastVariance * trace / kPoints;
    }
    root_.emplace_back(std::move(covariance), kPoints, 1e-9 * trace / kPoints);
    for (std::size_t i = 0; i < kPoints; ++i) {
      weight_[i] = mean_[1][i] - mean_[0][i];
      middle_[i] = 0.5 * (mean_[1][i] + mean_[0][i]);
    }
    root_.front().solve(weight_);
    return true;
  }

  double score(const Patch& patch) const {
    double sum = 0;
    for (std::size_t i = 0; i < kPoints; ++i) sum += weight_[i] * (patch[i] - middle_[i]);
    return sum;
  }

  double distance(Patch patch, bool high) const {
    for (std::size_t i = 0; i < kPoints; ++i) patch[i] -= mean_[high][i];
    root_.front().whiten(patch);
    double sum = 0;
    for (const double value : patch) sum += value * value;
    return std::log(sum + 1e-12);
  }

 private:
  std::array<double, 2> count_{};
  std::array<Patch, 2> mean_{};
  std::vector<Patch> patches_;
  std::vector<bool> high_;
  std::vector<Cholesky> root_;  // one, once learned
  Patch weight_{}, middle_{};
};

}  // namespace

Scores score_cells(const Image& image, const Grid& grid, std::span<const std::int64_t> set,
                   const std::vector<bool>& trusted, std::vector<bool> high) {
  Scores scores{std::vector<float>(set.size()), std::vector<float>(set.size())};
  const std::size_t stride = (set.size() + kMostLearned - 1) / kMostLearned;
  for (int round = 0; round < kRounds; ++round) {
    std::array<Discriminant, kFolds> folds;
    std::array<bool, kFolds> learned{};
    for (std::size_t k = 0; k < set.size(); k += stride) {
      if (!trusted[static_cast<std::size_t>(set[k])]) continue;
      const Patch patch = patch_of(image, grid, set[k]);
      for (std::size_t fold = 0; fold < kFolds; ++fold)
        if (fold != fold_of(grid, set[k])) folds[fold].add(patch, high[k]);
    }
    for (std::size_t fold = 0; fold < kFolds; ++fold) learned[fold] = folds[fold].learn();
    for (std::size_t k = 0; k < set.size(); ++k) {
      const std::size_t fold = fold_of(grid, set[k]);
      scores.score[k] = scores.distance[k] = 0;
      if (!learned[fold]) continue;
      const Patch patch = patch_of(image, grid, set[k]);
      scores.score[k] = static_cast<float>(folds[fold].score(patch));
      high[k] = scores.score[k] > 0;
      if (round + 1 == kRounds)
        scores.distance[k] = static_cast<float>(folds[fold].distance(patch, high[k]));
    }
  }
  return scores;
}

}  // namespace ostracon::raw_lattice
