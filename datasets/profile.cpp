#include "datasets/profile.hpp"

#include <algorithm>
#include <cmath>

namespace ostracon::sem {
namespace {

template <auto group, auto member>
double get(const Profile& profile) {
  return static_cast<double>(profile.*group.*member);
}

template <auto group, auto member>
void set(Profile& profile, double value) {
  using Value = std::remove_reference_t<decltype(profile.*group.*member)>;
  if constexpr (std::is_same_v<Value, bool>)
    profile.*group.*member = value != 0.0;
  else
    profile.*group.*member = value;
}

template <auto group, auto member>
constexpr ParameterInfo parameter(std::string_view name, std::string_view unit,
                                  std::string_view help, double minimum, double maximum,
                                  bool integer = false) {
  return {name, unit, help, minimum, maximum, integer, &get<group, member>, &set<group, member>};
}

template <auto group, auto member>
constexpr ParameterInfo toggle(std::string_view name, std::string_view help) {
  return parameter<group, member>(name, "switch", help, 0, 1, true);
}

/// Least wavelength / rms of the warp: eight sinusoids peak at 4 rms, so the norm of its gradient
/// stays below sqrt(2) * 8 pi / 40 < 1 and the map has an inverse.
constexpr double kWavelengthsPerWarp = 40;

using P = Profile;

constexpr ParameterInfo kParameters[] = {
    parameter<&P::scan, &Scan::frames>("frames", "", "frames of each field", 1, 1024, true),
    parameter<&P::scan, &Scan::pixels_per_module>("pixels-per-module", "px", "pixels a module", 1,
                                                  32),
    parameter<&P::noise, &Noise::electrons_per_module>(
        "dose", "electrons/module", "detected electrons a module at the bright level, all frames",
        1e-3, 1e9),
    parameter<&P::optics, &Optics::blur_sigma_modules>("sigma", "modules", "Gaussian blur", 0.01,
                                                       0.8),
    parameter<&P::optics, &Optics::contrast>("contrast", "", "(land - pit) / land", 0, 1),
    toggle<&P::optics, &Optics::inverted>("inverted", "pits bright, land dark"),
    parameter<&P::adc, &Adc::bits>("bits", "", "8, 16, or 32 for float32", 8, 32, true),
    parameter<&P::adc, &Adc::dn_per_electron>("dn-per-electron", "DN/electron",
                                              "gain of the converter; 0 chooses it", 0, 1e6),
    parameter<&P::adc, &Adc::offset_dn>("offset", "DN", "value without signal", 0, 65535),
    parameter<&P::adc, &Adc::clip_fraction>("clip", "", "share of pixels to saturate", 0, 0.2),
    parameter<&P::geometry, &Geometry::rotation_deg>("rotation", "deg", "from +x towards +y", -45,
                                                     45),
    parameter<&P::geometry, &Geometry::turn_deg>("turn", "deg", "0, 90, 180 or 270", 0, 270, true),
    toggle<&P::geometry, &Geometry::mirrored>("mirrored", "seen from the other side"),
    parameter<&P::geometry, &Geometry::scale_error>("scale-error", "", "of y; x gets -1/2 of it",
                                                    -0.2, 0.2),
    parameter<&P::geometry, &Geometry::shear>("shear", "", "rows slide along y by this share", -0.2,
                                              0.2),
    parameter<&P::geometry, &Geometry::warp_rms_modules>("warp", "modules",
                                                         "smooth distortion, rms per axis", 0, 10),
    parameter<&P::geometry, &Geometry::warp_wavelength_modules>(
        "warp-wavelength", "modules", "wavelength of the smooth distortion", 50, 1e5),
    parameter<&P::geometry, &Geometry::stage_error_um>("stage-error", "um",
                                                       "position of a field, +- per axis", 0, 20),
    parameter<&P::geometry, &Geometry::field_rows>("field-rows", "px", "0: what the page needs", 0,
                                                   32768, true),
    parameter<&P::geometry, &Geometry::field_cols>("field-cols", "px", "0: what the page needs", 0,
                                                   32768, true),
    toggle<&P::geometry, &Geometry::neighbours>("neighbours", "neighbouring pages are in view"),
    parameter<&P::damage, &Damage::area>("damage", "", "share of the area scratched or dirty", 0,
                                         0.5),
    parameter<&P::damage, &Damage::write_errors>("write-errors", "",
                                                 "share of the modules written wrong", 0, 0.5),
    parameter<&P::scan, &Scan::drift_px>("drift", "px", "random walk from frame to frame, +-", 0,
                                         200),
    parameter<&P::scan, &Scan::linear_drift>("linear-drift", "",
                                             "share of that walk done inside the frames", 0, 1),
    parameter<&P::scan, &Scan::curved_drift_px>("curved-drift", "px", "arc inside a frame", 0, 50),
    parameter<&P::scan, &Scan::frame_jump_px>("frame-jump", "px", "jump of each frame, +-", 0, 200),
    parameter<&P::scan, &Scan::row_jitter_px>("row-jitter", "px", "rms along x, half along y", 0,
                                              10),
    parameter<&P::scan, &Scan::mains_amplitude_px>("mains", "px", "amplitude of the mains line", 0,
                                                   10),
    parameter<&P::scan, &Scan::mains_hz>("mains-frequency", "Hz", "frequency of that line", 1,
                                         1000),
    parameter<&P::scan, &Scan::dwell_us>("dwell", "us", "time a pixel", 0.001, 1e4),
    parameter<&P::scan, &Scan::flyback_us>("flyback", "us", "dead time of a row", 0, 1e5),
    parameter<&P::scan, &Scan::beam_energy_v>("beam-energy", "V", "only written to the file", 0,
                                              1e6),
    parameter<&P::noise, &Noise::detector_sigma_electrons>("detector-noise", "electrons",
                                                           "rms a pixel and frame", 0, 1e4),
    parameter<&P::noise, &Noise::excess_factor>("excess-noise", "", "variance / mean of the signal",
                                                1, 100),
    parameter<&P::noise, &Noise::fast_axis_correlation>(
        "noise-correlation", "", "of the noise of neighbours in a row", 0, 0.95),
    parameter<&P::background, &Background::shading>("shading", "", "smooth gain, +-", 0, 0.95),
    parameter<&P::background, &Background::row_gain_flicker>("row-gain-flicker", "",
                                                             "rms, relative", 0, 0.2),
    parameter<&P::background, &Background::row_offset_flicker>("row-offset-flicker", "land",
                                                               "rms of a row's offset", 0, 0.2),
    parameter<&P::background, &Background::charging_length_px>("charging-length", "px",
                                                               "decay of charging tails", 1, 2000),
    parameter<&P::background, &Background::charging_amplitude>("charging", "",
                                                               "amplitude of the tails", 0, 1),
    parameter<&P::background, &Background::contamination>("contamination", "",
                                                          "signal lost a frame", 0, 0.5),
    parameter<&P::optics, &Optics::pit_fill>("pit-fill", "", "side of a pit / pitch", 0.1, 1.5),
    parameter<&P::optics, &Optics::pit_size_spread>("pit-size-spread", "", "rms, relative", 0, 0.5),
    parameter<&P::optics, &Optics::placement_error_nm>("placement-error", "nm", "rms per axis", 0,
                                                       20),
    parameter<&P::optics, &Optics::edge_peak>("edge-brightening", "land",
                                              "height of the bright line along an edge", 0, 3),
    parameter<&P::optics, &Optics::edge_width_modules>("edge-width", "modules",
                                                       "Gaussian sigma of that line", 0, 0.6),
    parameter<&P::optics, &Optics::edge_asymmetry>("edge-asymmetry", "", "detector on one side", 0,
                                                   1),
};

std::string decimal(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

Result<> check_value(const ParameterInfo& info, double value) {
  const std::string name(info.name);
  if (!(value >= info.minimum && value <= info.maximum))
    return Error{ErrorCode::kInvalidArgument, "parameter " + name + " = " + decimal(value) +
                                                  " is outside " + decimal(info.minimum) + " to " +
                                                  decimal(info.maximum)};
  if (info.integer && value != std::floor(value))
    return Error{ErrorCode::kInvalidArgument,
                 "parameter " + name + " = " + decimal(value) + " must be an integer"};
  if (name == "bits" && value != 8 && value != 16 && value != 32)
    return Error{ErrorCode::kInvalidArgument, "parameter bits must be 8, 16 or 32"};
  if (name == "turn" && std::fmod(value, 90.0) != 0.0)
    return Error{ErrorCode::kInvalidArgument, "parameter turn must be 0, 90, 180 or 270"};
  return Ok{};
}

}  // namespace

PixelType Profile::pixel_type() const {
  return adc.bits == 8 ? PixelType::kU8 : adc.bits == 16 ? PixelType::kU16 : PixelType::kF32;
}

std::span<const ParameterInfo> parameters() { return kParameters; }

const ParameterInfo* find_parameter(std::string_view name) {
  const auto* end = std::end(kParameters);
  const auto* found = std::find_if(std::begin(kParameters), end,
                                   [&](const ParameterInfo& info) { return info.name == name; });
  return found == end ? nullptr : found;
}

Result<> set_parameter(Profile& profile, std::string_view name, double value) {
  const ParameterInfo* info = find_parameter(name);
  if (info == nullptr)
    return Error{ErrorCode::kInvalidArgument,
                 "a profile has no parameter named " + std::string(name)};
  OSTRACON_TRY(check_value(*info, value));
  info->set(profile, value);
  return Ok{};
}

Result<> check(const Profile& profile) {
  for (const ParameterInfo& info : kParameters) OSTRACON_TRY(check_value(info, info.get(profile)));
  if (profile.adc.bits == 8 && profile.adc.offset_dn > 200)
    return Error{
        ErrorCode::kInvalidArgument,
        "parameter offset = " + decimal(profile.adc.offset_dn) + " leaves no room in 8 bits"};
  const Geometry& geometry = profile.geometry;
  if (geometry.warp_rms_modules * kWavelengthsPerWarp > geometry.warp_wavelength_modules)
    return Error{ErrorCode::kInvalidArgument,
                 "parameter warp = " + decimal(geometry.warp_rms_modules) +
                     " could fold the image at warp-wavelength = " +
                     decimal(geometry.warp_wavelength_modules)};
  return Ok{};
}

}  // namespace ostracon::sem
