#pragma once
// The spectra of every frame in one band, and scratch.

#include "host/cpu/drift_spectra.hpp"

namespace ostracon::cpu {

using steps::BandPlan;
using steps::CropOffset;

/// Everything one band needs, made once.
struct BandWork {
  explicit BandWork(const BandPlan& plan);

  /// Spectra of the flattened pixels of frame `f`, cut out at `offset`.
  void transform(const BandPlan& plan, std::size_t band, const FrameStack& stack,
                 const FlatField& flat, std::size_t f, CropOffset offset);

  std::vector<Spectrum> frames;
  Spectrum sum, reference, product;
  cv::Mat pixels, transformed, coarse;
};

}  // namespace ostracon::cpu
