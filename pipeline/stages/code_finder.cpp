#include "pipeline/stages/code_finder.hpp"

#include <algorithm>
#include <string>

namespace ostracon {

Result<> check(const CodeFinderConfig& config) {
  if (std::min(config.rows, config.cols) < 32 || std::max(config.rows, config.cols) > 65535)
    return Error{ErrorCode::kInvalidArgument,
                 "code finder: an image of " + std::to_string(config.rows) + " x " +
                     std::to_string(config.cols) + " px, must be 32 to 65535 a side"};
  if (!(config.min_pitch_px >= 1) || !(config.max_pitch_px >= config.min_pitch_px) ||
      !(config.max_pitch_px <= 200))
    return Error{ErrorCode::kInvalidArgument,
                 "code finder: pitches of " + std::to_string(config.min_pitch_px) + " to " +
                     std::to_string(config.max_pitch_px) + " px, must lie in 1 to 200"};
  if (config.max_codes < 1)
    return Error{
        ErrorCode::kInvalidArgument,
        "code finder: max_codes is " + std::to_string(config.max_codes) + ", must be positive"};
  return Ok{};
}

Result<> check_image(const CodeFinderConfig& config, std::int32_t rows, std::int32_t cols) {
  if (rows == config.rows && cols == config.cols) return Ok{};
  return Error{ErrorCode::kInvalidArgument, "code finder: an image of " + std::to_string(rows) +
                                                " x " + std::to_string(cols) + " px, planned for " +
                                                std::to_string(config.rows) + " x " +
                                                std::to_string(config.cols)};
}

}  // namespace ostracon
