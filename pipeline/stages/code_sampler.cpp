#include "pipeline/stages/code_sampler.hpp"

#include <string>

#include "format/qr/symbol.hpp"

namespace ostracon {

Result<> check(const CodeSamplerConfig& config) {
  if (config.rows > 0 && config.cols > 0) return Ok{};
  return Error{ErrorCode::kInvalidArgument, "code sampler: an image of " +
                                                std::to_string(config.rows) + " x " +
                                                std::to_string(config.cols) + " px"};
}

Result<> check_sampled(const CodeSamplerConfig& config, std::int32_t rows, std::int32_t cols,
                       std::span<const LocatedCode> codes) {
  if (rows != config.rows || cols != config.cols)
    return Error{ErrorCode::kInvalidArgument,
                 "code sampler: an image of " + std::to_string(rows) + " x " +
                     std::to_string(cols) + " px, planned for " + std::to_string(config.rows) +
                     " x " + std::to_string(config.cols)};
  for (const LocatedCode& code : codes)
    if (code.version < format::qr::kMinVersion || code.version > format::qr::kMaxVersion)
      return Error{ErrorCode::kInvalidArgument,
                   "code sampler: a code of version " + std::to_string(code.version)};
  return Ok{};
}

}  // namespace ostracon
