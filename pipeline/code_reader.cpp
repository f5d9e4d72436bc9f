#include "pipeline/code_reader.hpp"

#include <cmath>
#include <span>

#include "pipeline/code_format.hpp"

namespace ostracon {
namespace {

std::vector<Llr> transpose(std::span<const Llr> modules, std::size_t side) {
  std::vector<Llr> transposed;
  transposed.reserve(modules.size());
  for (std::size_t row = 0; row < side; ++row)
    for (std::size_t col = 0; col < side; ++col) transposed.push_back(modules[col * side + row]);
  return transposed;
}

}  // namespace

Result<CodeReader> CodeReader::create(Backend& backend, std::int32_t rows, std::int32_t cols,
                                      const CodeDecoderConfig& config) {
  OSTRACON_TRY_ASSIGN(auto finder, backend.make_code_finder({.rows = rows, .cols = cols}));
  OSTRACON_TRY_ASSIGN(auto sampler, backend.make_code_sampler({rows, cols}));
  OSTRACON_TRY_ASSIGN(auto image,
                      Buffer<float>::create(backend.memory(), static_cast<std::size_t>(rows) *
                                                                  static_cast<std::size_t>(cols)));
  return CodeReader(backend, config, std::move(finder), std::move(sampler), std::move(image));
}

Result<std::vector<CodeReading>> CodeReader::read(ImageView<const float> image) {
  if (static_cast<std::size_t>(image.rows) * static_cast<std::size_t>(image.cols) != image_.size())
    return Error{ErrorCode::kInvalidArgument,
                 "code reader: a picture of another size than it was made for"};
  std::vector<float> pixels;
  pixels.reserve(image_.size());
  for (std::int32_t row = 0; row < image.rows; ++row)
    for (std::int32_t col = 0; col < image.cols; ++col)
      pixels.push_back(std::isfinite(image(row, col)) ? image(row, col) : 0.0F);
  OSTRACON_TRY(
      backend_->memory().upload(image_.data(), pixels.data(), pixels.size() * sizeof(float)));

  return run({image_.data(), image.rows, image.cols, image.cols});
}

Result<std::vector<CodeReading>> CodeReader::run(ImageView<const float> image) {
  OSTRACON_TRY_ASSIGN(auto located, finder_->run(image));
  if (known_.version)
    std::erase_if(located,
                  [&](const LocatedCode& code) { return code.version != *known_.version; });
  std::size_t count = 0;
  for (const LocatedCode& code : located) {
    const auto side = static_cast<std::size_t>(format::qr::side_of(code.version));
    count += side * side;
  }
  std::vector<CodeReading> readings;
  if (located.empty()) return readings;
  OSTRACON_TRY_ASSIGN(const auto soft, Buffer<Llr>::create(backend_->memory(), count));
  OSTRACON_TRY_ASSIGN(const auto signals, sampler_->run(image, located, soft.data()));
  std::vector<Llr> room;
  OSTRACON_TRY_ASSIGN(std::span<const Llr> modules, soft.on_host(room));
  std::vector<SoftCode> codes;
  std::vector<std::vector<Llr>> transposed;
  for (LocatedCode& code : located) {
    const auto side = static_cast<std::size_t>(format::qr::side_of(code.version));
    std::span<const Llr> own = modules.first(side * side);
    // The finder has judged by what is not equalised yet.
    if (reads_transposed(own, code.version, known_.level, known_.mask)) {
      own = transposed.emplace_back(transpose(own, side));
      code.map.transpose();
      code.mirrored = !code.mirrored;
    }
    codes.push_back({code.version, own});
    modules = modules.subspan(side * side);
  }
  OSTRACON_TRY_ASSIGN(auto decoded, decoder_.run(codes));
  for (std::size_t i = 0; i < located.size(); ++i)
    readings.push_back({located[i], signals[i], std::move(decoded[i])});
  return readings;
}

}  // namespace ostracon
