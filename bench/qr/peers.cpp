#include "bench/qr/peers.hpp"

#ifdef OSTRACON_ZBAR
#include <zbar.h>  // first: ZXing has a macro for one of its names
#endif
#ifdef OSTRACON_ZXING
#define ZX_USE_UTF8 1  // text() is a std::string, as in later releases
#include <ZXing/ReadBarcode.h>
#endif

namespace ostracon::bench {
namespace {

#ifdef OSTRACON_ZXING
PeerReadings read_zxing(ImageView<const std::uint8_t> image) {
  const auto hints = ZXing::DecodeHints()
                         .setFormats(ZXing::BarcodeFormat::QRCode)
                         .setTryHarder(true)
                         .setTryRotate(true);
  PeerReadings readings;
  const ZXing::ImageView view(image.data, image.cols, image.rows, ZXing::ImageFormat::Lum,
                              static_cast<int>(image.row_stride));
  for (const auto& result : ZXing::ReadBarcodes(view, hints))
    if (result.isValid()) readings.emplace_back(result.bytes().begin(), result.bytes().end());
  return readings;
}
#endif

#ifdef OSTRACON_ZBAR
PeerReadings read_zbar(ImageView<const std::uint8_t> image) {
  using namespace zbar;
  zbar_image_scanner_t* scanner = zbar_image_scanner_create();
  zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
  zbar_image_t* picture = zbar_image_create();
  zbar_image_set_format(picture, zbar_fourcc('Y', '8', '0', '0'));
  zbar_image_set_size(picture, static_cast<unsigned>(image.cols),
                      static_cast<unsigned>(image.rows));
  zbar_image_set_data(
      picture, image.data,
      static_cast<unsigned long>(image.rows) * static_cast<unsigned long>(image.cols), nullptr);
  PeerReadings readings;
  if (zbar_scan_image(scanner, picture) >= 0)
    for (const zbar_symbol_t* symbol = zbar_image_first_symbol(picture); symbol != nullptr;
         symbol = zbar_symbol_next(symbol)) {
      const char* data = zbar_symbol_get_data(symbol);
      readings.emplace_back(data, data + zbar_symbol_get_data_length(symbol));
    }
  zbar_image_destroy(picture);
  zbar_image_scanner_destroy(scanner);
  return readings;
}
#endif

}  // namespace

std::vector<Peer> qr_peers() {
  std::vector<Peer> peers;
#ifdef OSTRACON_ZXING
  peers.push_back({"zxing", read_zxing});
#endif
#ifdef OSTRACON_ZBAR
  peers.push_back({"zbar", read_zbar});
#endif
  return peers;
}

}  // namespace ostracon::bench
