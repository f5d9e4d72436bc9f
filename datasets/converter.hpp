#pragma once
// From electrons to stored numbers.

#include <cstddef>
#include <span>

#include "datasets/profile.hpp"

namespace ostracon::sem {

class Converter {
 public:
  /// `levels`: signals (land 1) that clean data has, to choose a gain that clips as asked.
  Converter(const Profile& profile, std::span<const float> levels);

  double dn_per_electron() const { return dn_per_electron_; }
  double offset_dn() const { return offset_; }
  /// One row of pixels in the profile's pixel type, host byte order.
  void convert(std::span<const float> electrons, std::byte* to) const;

 private:
  PixelType type_;
  double dn_per_electron_, offset_;
};

/// Detected electrons a pixel and frame at the bright level.
double bright_electrons(const Profile& profile);

/// Gain over the field = 1 + shading * shading_row(y / rows) * shading_col(x / cols).
double shading_row(double y_share);
double shading_col(double x_share);

}  // namespace ostracon::sem
