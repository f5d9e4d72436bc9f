#include "pipeline/code_reader.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

#include "pipeline/code_completion.hpp"
#include "pipeline/code_format.hpp"

namespace ostracon {
namespace {

constexpr int kRounds = 3;  // of places that codes of the round before have told
constexpr std::size_t kFewestCompanions = 32;
constexpr float kMostPixel = 1e15F;  // of which sums of squares are finite

bool is_read(const CodeReading& reading) { return reading.decoded.verdict == CodeVerdict::kRead; }

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
      pixels.push_back(std::isfinite(image(row, col))
                           ? std::clamp(image(row, col), -kMostPixel, kMostPixel)
                           : 0.0F);
  OSTRACON_TRY(
      backend_->memory().upload(image_.data(), pixels.data(), pixels.size() * sizeof(float)));

  return run({image_.data(), image.rows, image.cols, image.cols});
}

Result<std::vector<CodeReading>> CodeReader::run(ImageView<const float> image) {
  OSTRACON_TRY_ASSIGN(auto located, finder_->run(image));
  if (known_.version)
    std::erase_if(located,
                  [&](const LocatedCode& code) { return code.version != *known_.version; });
  OSTRACON_TRY_ASSIGN(auto readings, read_located(image, std::move(located), Mirroring::kJudged));
  OSTRACON_TRY(complete(image, readings));
  return readings;
}

Result<std::vector<CodeReading>> CodeReader::read_located(ImageView<const float> image,
                                                          std::vector<LocatedCode> located,
                                                          Mirroring mirroring) {
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
    if (mirroring == Mirroring::kJudged &&
        reads_transposed(own, code.version, known_.level, known_.mask)) {
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

Result<> CodeReader::complete(ImageView<const float> image, std::vector<CodeReading>& readings) {
  std::vector<LocatedCode> tried;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<LocatedCode> read;
    for (const CodeReading& reading : readings)
      if (is_read(reading)) read.push_back(reading.located);
    std::vector<LocatedCode> places = unread_places(read, image.rows, image.cols);
    std::erase_if(places, [&](const LocatedCode& place) {
      return std::any_of(tried.begin(), tried.end(),
                         [&](const LocatedCode& other) { return share_place(place, other); });
    });
    if (places.empty()) break;
    const std::size_t count = places.size();
    tried.insert(tried.end(), places.begin(), places.end());
    // What is common to all codes is not learnt from damaged ones alone.
    const std::size_t companions = std::min(read.size(), std::max(kFewestCompanions, count));
    for (std::size_t k = 0; k < companions; ++k)
      places.push_back(read[k * read.size() / companions]);
    OSTRACON_TRY_ASSIGN(auto more, read_located(image, std::move(places), Mirroring::kTold));
    more.resize(count);
    std::erase_if(more, [](const CodeReading& reading) { return !is_read(reading); });
    if (more.empty()) break;
    std::erase_if(readings, [&](const CodeReading& old) {
      return !is_read(old) && std::any_of(more.begin(), more.end(), [&](const CodeReading& one) {
        return share_place(one.located, old.located);
      });
    });
    std::move(more.begin(), more.end(), std::back_inserter(readings));
  }
  std::sort(readings.begin(), readings.end(), [](const CodeReading& a, const CodeReading& b) {
    return a.located.map.terms[0] < b.located.map.terms[0];
  });
  return Ok{};
}

}  // namespace ostracon
