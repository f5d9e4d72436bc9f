#include "pipeline/stages/inner_decoder.hpp"

#include <string>
#include <utility>

namespace ostracon {
namespace {

constexpr std::int32_t kMostInnerIterations = 10000;  // all passes must fit InnerOutcome

}  // namespace

Result<> check(const InnerDecoderConfig& config) {
  if (static_cast<std::size_t>(config.rate) >= format::kCodewordBits.size())
    return Error{ErrorCode::kInvalidArgument, "inner decoder: no rate has the index " +
                                                  std::to_string(static_cast<int>(config.rate))};
  if (config.max_codewords <= 0)
    return Error{ErrorCode::kInvalidArgument, "inner decoder: max_codewords is " +
                                                  std::to_string(config.max_codewords) +
                                                  ", must be positive"};
  if (config.min_sum_iterations <= 0 || config.min_sum_iterations > kMostInnerIterations)
    return Error{ErrorCode::kInvalidArgument, "inner decoder: min_sum_iterations is " +
                                                  std::to_string(config.min_sum_iterations) +
                                                  ", must be 1 to " +
                                                  std::to_string(kMostInnerIterations)};
  for (const auto& [name, iterations] :
       {std::pair{"box_plus_iterations", config.box_plus_iterations},
        std::pair{"retry_iterations", config.retry_iterations}})
    if (iterations < 0 || iterations > kMostInnerIterations)
      return Error{ErrorCode::kInvalidArgument, "inner decoder: " + std::string(name) + " is " +
                                                    std::to_string(iterations) + ", must be 0 to " +
                                                    std::to_string(kMostInnerIterations)};
  return Ok{};
}

Result<> check_batch(const InnerDecoderConfig& config, std::int32_t codewords) {
  if (codewords < 0 || codewords > config.max_codewords)
    return Error{ErrorCode::kInvalidArgument,
                 "inner decoder: a batch of " + std::to_string(codewords) +
                     " codewords, made for at most " + std::to_string(config.max_codewords)};
  return Ok{};
}

}  // namespace ostracon
