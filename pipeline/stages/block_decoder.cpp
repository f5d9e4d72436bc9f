#include "pipeline/stages/block_decoder.hpp"

#include <cmath>
#include <string>

#include "pipeline/rules/block_confidence.hpp"

namespace ostracon {
namespace {

Error invalid(const std::string& what) {
  return {ErrorCode::kInvalidArgument, "block decoder: " + what};
}

}  // namespace

Result<> check(const BlockDecoderConfig& config) {
  OSTRACON_TRY(format::qr::check(config.shape));
  if (config.max_blocks <= 0)
    return invalid("max_blocks is " + std::to_string(config.max_blocks) + ", must be positive");
  if (config.last_method < BlockMethod::kErasures ||
      config.last_method > BlockMethod::kOrderedStatistics)
    return invalid("last_method is " + std::to_string(static_cast<int>(config.last_method)) +
                   ", must be erasures, minimum distance or ordered statistics");
  if (!(config.least_confidence >= 0.0F && config.least_confidence <= 1000.0F))
    return invalid("least_confidence is " + std::to_string(config.least_confidence) +
                   " nats, must be 0 to 1000");
  if (!(config.most_chance >= 0.0 && config.most_chance <= 1.0))
    return invalid("most_chance is " + std::to_string(config.most_chance) + ", must be 0 to 1");
  if (config.pair_bits < 0)
    return invalid("pair_bits is " + std::to_string(config.pair_bits) + ", must not be negative");
  return Ok{};
}

Result<> check_batch(const BlockDecoderConfig& config, std::int32_t blocks) {
  if (blocks < 0 || blocks > config.max_blocks)
    return invalid("a batch of " + std::to_string(blocks) + " blocks, made for at most " +
                   std::to_string(config.max_blocks));
  return Ok{};
}

TrustedErrors trusted_errors(const BlockDecoderConfig& config) {
  TrustedErrors trusted;
  trusted.fill(-1);
  const std::int32_t parity = config.shape.parity();
  for (std::int32_t lost = 0; lost <= parity; ++lost) {
    const double length = config.shape.octets - lost;
    double words = 1.0, chance = 0.0;  // words at a distance of `errors`
    for (std::int32_t errors = 0; 2 * errors + lost <= parity; ++errors) {
      if (errors > 0) words *= 255.0 * (length - errors + 1.0) / errors;
      chance += words * std::pow(256.0, lost - parity);
      if (errors <= length && chance <= config.most_chance)
        trusted[static_cast<std::size_t>(lost)] = static_cast<std::int8_t>(errors);
    }
  }
  return trusted;
}

std::int32_t least_confidence(const BlockDecoderConfig& config) {
  return static_cast<std::int32_t>(
      std::lround(config.least_confidence * static_cast<float>(rules::kConfidencePerNat)));
}

}  // namespace ostracon
