#include "pipeline/field_pictures.hpp"

namespace ostracon {
namespace {

template <class T>
void copy_first_frame(const FrameStack& frames, std::vector<float>& out) {
  const auto* pixels = static_cast<const T*>(frames.data);
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = static_cast<float>(pixels[k]);
}

}  // namespace

FieldPictures make_pictures(const FrameStack& frames, ImageView<const float> mean,
                            const LatticeMap& map, const format::PageHeader& header,
                            std::span<const Llr> llrs) {
  FieldPictures pictures;
  pictures.rows = frames.shape.rows;
  pictures.cols = frames.shape.cols;
  pictures.first_frame.resize(frames.shape.pixels_per_frame());
  switch (frames.shape.type) {
    case PixelType::kU8:
      copy_first_frame<std::uint8_t>(frames, pictures.first_frame);
      break;
    case PixelType::kU16:
      copy_first_frame<std::uint16_t>(frames, pictures.first_frame);
      break;
    case PixelType::kF32:
      copy_first_frame<float>(frames, pictures.first_frame);
      break;
  }
  pictures.aligned_mean.reserve(pictures.first_frame.size());
  for (std::int32_t y = 0; y < mean.rows; ++y)
    for (std::int32_t x = 0; x < mean.cols; ++x) pictures.aligned_mean.push_back(1.0F + mean(y, x));
  pictures.lattice_rows = (header.rows + pictures.lattice_step - 1) / pictures.lattice_step;
  pictures.lattice_cols = (header.cols + pictures.lattice_step - 1) / pictures.lattice_step;
  for (std::int32_t r = 0; r < pictures.lattice_rows; ++r)
    for (std::int32_t c = 0; c < pictures.lattice_cols; ++c)
      pictures.lattice.push_back(map.at(static_cast<float>(r * pictures.lattice_step),
                                        static_cast<float>(c * pictures.lattice_step)));
  pictures.page_rows = header.rows;
  pictures.page_cols = header.cols;
  pictures.llrs.assign(llrs.begin(), llrs.end());
  return pictures;
}

}  // namespace ostracon
