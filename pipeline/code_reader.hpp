#pragma once
// QR codes of one picture: found, sampled, decoded.

#include <memory>
#include <span>
#include <vector>

#include "core/view.hpp"
#include "pipeline/backend.hpp"
#include "pipeline/code_decoder.hpp"
#include "pipeline/code_reading.hpp"

namespace ostracon {

class CodeReader {
 public:
  /// For pictures of one size. Errors: kInvalidArgument if it is not 32 to 65535 px a side;
  /// kUnavailable where the backend has no such stages; those of its memory.
  static Result<CodeReader> create(Backend& backend, std::int32_t rows, std::int32_t cols,
                                   const CodeDecoderConfig& config = {});

  /// Every code that is found, read or not, in order of its middle's y, then x. Where codes that
  /// were read stand in rows and columns, those between them that were not are tried again where
  /// they must be, found or not (code_completion.hpp): they count if they are read then. `image` is
  /// in the host's memory; pixels that are no numbers count as 0. With a version that is known,
  /// codes of others are left out.
  Result<std::vector<CodeReading>> read(ImageView<const float> image);
  /// The same of an image in the backend's memory, all of whose pixels are numbers.
  Result<std::vector<CodeReading>> run(ImageView<const float> image);

 private:
  CodeReader(Backend& backend, const CodeDecoderConfig& config, std::unique_ptr<CodeFinder> finder,
             std::unique_ptr<CodeSampler> sampler, Buffer<float> image)
      : backend_(&backend),
        known_(config.known),
        finder_(std::move(finder)),
        sampler_(std::move(sampler)),
        decoder_(backend, config),
        image_(std::move(image)) {}

  enum class Mirroring : std::uint8_t { kJudged, kTold };  ///< by each code's format, or before

  Result<std::vector<CodeReading>> read_located(ImageView<const float> image,
                                                std::vector<LocatedCode> located,
                                                Mirroring mirroring);
  /// Adds what is read where codes that were read say that others are.
  Result<> complete(ImageView<const float> image, std::vector<CodeReading>& readings);

  Backend* backend_;
  KnownCode known_;
  std::unique_ptr<CodeFinder> finder_;
  std::unique_ptr<CodeSampler> sampler_;
  CodeDecoder decoder_;
  Buffer<float> image_;
};

}  // namespace ostracon
