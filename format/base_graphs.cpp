#include "format/inner_code.hpp"
#include "format/tables/header_code.hpp"
#include "format/tables/payload_code.hpp"

namespace ostracon::format {

const QcCode& payload_code() {
  static constexpr QcCode kCode{384, 46, 68, 22, kPayloadEdges};
  return kCode;
}

const QcCode& header_code() {
  static constexpr QcCode kCode{64, 42, 52, 10, kHeaderEdges};
  return kCode;
}

}  // namespace ostracon::format
