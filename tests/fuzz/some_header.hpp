#pragma once

#include "format/page_header.hpp"

namespace ostracon::fuzz {

/// A valid header of a small plate: where fuzzers of headers start from.
inline format::PageHeader some_header() {
  format::PageHeader header;
  header.plate.bytes.fill(0x5A);
  header.page_index = 3;
  header.page_count = 14;
  header.rows = header.cols = 320;
  header.outer_k = 5;
  header.outer_m = 2;
  header.groups = 2;
  header.codewords = 7;
  header.interleaver_step = 3;
  header.stream_bytes = 50'000;
  return header;
}

}  // namespace ostracon::fuzz
