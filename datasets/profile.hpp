#pragma once
// Everything that makes a simulated scan differ from a perfect one. Plain numbers, every unit in
// its name or in the table of parameters().

#include <span>
#include <string>
#include <string_view>

#include "core/frames.hpp"
#include "core/result.hpp"

namespace ostracon::sem {

/// What the beam sees of a pit. Land is 1, the bottom of a wide pit 1 - contrast.
struct Optics {
  double blur_sigma_modules = 0.3;  ///< beam and pit wall together, Gaussian
  double contrast = 0.5;            ///< (land - pit) / land
  bool inverted = false;            ///< pits bright, land dark
  double pit_fill = 1.0;            ///< side of a pit / pitch
  double pit_size_spread = 0.0;     ///< rms, relative to the side
  double placement_error_nm = 0.0;  ///< rms per axis
  double edge_peak = 0.0;           ///< brightening at a long straight edge, in units of land
  double edge_width_modules = 0.3;  ///< Gaussian sigma of the bright line, blur added to it
  double edge_asymmetry = 0.0;      ///< +-share of edge_peak towards / away from +x of the image
};

/// Electrons are detected ones (noise-equivalent quanta).
struct Noise {
  double electrons_per_module = 150.0;    ///< N_e: at the bright level, total over all frames
  double detector_sigma_electrons = 0.2;  ///< Gaussian, per pixel and frame
  double excess_factor = 1.0;             ///< variance / mean of the signal, >= 1
  double fast_axis_correlation = 0.0;     ///< of the noise, from pixel to pixel along a row (AR 1)
};

/// DN = offset + dn_per_electron * electrons, rounded and clipped to the type (float: neither).
struct Adc {
  double bits = 8;               ///< 8, 16 or 32 (float32)
  double dn_per_electron = 0.0;  ///< 0: full scale = bright dirt and 4.5 sigma; float32: 1
  double offset_dn = 0.0;
  double clip_fraction = 0.0;  ///< with dn_per_electron 0: share of the pixels to saturate
};

/// Motions move the *content*: a module seen at pixel P without motion is seen at P + motion.
struct Scan {
  double frames = 8;
  double pixels_per_module = 3.0;
  double drift_px = 0.0;            ///< random walk over the frames, scaled to +- this
  double linear_drift = 1.0;        ///< share of the step to the next frame that is done in a frame
  double curved_drift_px = 0.0;     ///< arc inside a frame, in a random direction
  double frame_jump_px = 0.0;       ///< each frame uniform in +- this, per axis
  double row_jitter_px = 0.0;       ///< rms along x, half of it along y, independent per row
  double mains_amplitude_px = 0.0;  ///< sine along x, half of it along y
  double mains_hz = 50.0;
  double dwell_us = 1.0;
  double flyback_us = 20.0;  ///< dead time of a row
  double beam_energy_v = 1000.0;
};

/// pixel = pixels_per_module * R(rotation + turn) * [mirror] * [[1+scale, shear], [0, 1-scale/2]]
/// * module, in (y, x), about the centres. Rotation positive from +x towards +y.
struct Geometry {
  double rotation_deg = 0.0;
  double turn_deg = 0.0;  ///< 0, 90, 180 or 270
  bool mirrored = false;  ///< seen from the other side: columns reversed
  double scale_error = 0.0;
  double shear = 0.0;
  double warp_rms_modules = 0.0;  ///< per axis; eight sinusoids, other ones in every field
  double warp_wavelength_modules = 300.0;
  double stage_error_um = 0.0;  ///< uniform in +- this, per axis
  double field_rows = 0;        ///< pixels; 0: as large as the page needs
  double field_cols = 0;
  bool neighbours = true;  ///< pages beside the one in view are there
};

struct Background {
  double shading = 0.0;             ///< smooth gain over the field, +- this
  double row_gain_flicker = 0.0;    ///< rms, relative
  double row_offset_flicker = 0.0;  ///< rms, in units of land
  double charging_length_px = 20.0;
  double charging_amplitude = 0.0;  ///< dark tail after bright, along the row
  double contamination = 0.0;       ///< share of the signal lost with every frame
};

struct Damage {
  double area = 0.0;          ///< share of the area under scratches and dust
  double write_errors = 0.0;  ///< share of the modules written wrong
};

struct Profile {
  Optics optics;
  Noise noise;
  Adc adc;
  Scan scan;
  Geometry geometry;
  Background background;
  Damage damage;

  PixelType pixel_type() const;
};

/// One parameter of a profile as files and command lines name it. Switches are 0 or 1.
struct ParameterInfo {
  std::string_view name;  ///< as in JSON and, with "--" before it, on the command line
  std::string_view unit;  ///< "" for a pure number, "switch" for 0 or 1
  std::string_view help;
  double minimum, maximum;  ///< both allowed
  bool integer;
  double (*get)(const Profile&);
  void (*set)(Profile&, double);  ///< unchecked; see set_parameter
};

/// All of them, in the order in which they are shown.
std::span<const ParameterInfo> parameters();
/// nullptr if there is none of that name.
const ParameterInfo* find_parameter(std::string_view name);
/// kInvalidArgument with a sentence: unknown name, not finite, out of range, not an integer.
Result<> set_parameter(Profile& profile, std::string_view name, double value);
/// Checks every parameter as set_parameter does, and what they must keep between them.
Result<> check(const Profile& profile);

/// JSON texts of datasets/profiles: {"name", "description", "parameters": {name: {"value",
/// "unit"}}}. Empty if there is no profile of that name.
std::span<const std::string_view> builtin_profile_names();
std::string_view builtin_profile_text(std::string_view name);

}  // namespace ostracon::sem
