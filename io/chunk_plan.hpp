#pragma once
// What must be asked of a file for a box of a data set. Private to io/.

#include <vector>

#include "core/result.hpp"
#include "io/chunk_index.hpp"
#include "io/sample_box.hpp"

namespace ostracon::io::hdf5 {

/// Samples [begin, begin + count) of an array.
struct Box {
  Axes begin, count;
};

/// What one chunk has of the box that is read.
struct ChunkPart {
  Axes chunk_begin;  ///< of the chunk, in the data set
  Box box;           ///< of the part, in the data set
  /// Where the bytes are that must be read: the whole chunk, or of a direct part its own.
  StoredChunk stored;
  std::size_t to = 0;  ///< byte of the box where the part begins
  /// The bytes are samples that can be read to where they belong, in one piece.
  bool direct = false;
};

/// Bytes [offset, offset + bytes) of the file.
struct FileRequest {
  std::uint64_t offset, bytes;
  /// Parts [first, last) of the plan lie in it: either whole packed ones, or direct ones that
  /// follow each other in the file and in the box, the outer two perhaps not whole.
  std::size_t first, last;
};

/// A part of a box that could not be read, in the data set's coordinates.
struct LostBox {
  Box box;
  Error error;  ///< kBadInput: the file is damaged there; kIo: the machine could not read it
};

/// "a chunk of N bytes at byte M: why"
LostBox lose(const ChunkPart& part, Error error);

struct ChunkPlan {
  Box box;
  std::vector<ChunkPart> parts;  ///< direct ones first, each kind in order of the file
  std::vector<FileRequest> requests;
  std::vector<Box> absent;  ///< of chunks that were never written
  std::vector<LostBox> lost;
};

/// Cuts what must be read for `box` into requests of up to 8 MiB, so that each of `threads` has
/// some. kUnavailable if the box has more than 2^16 chunks.
Result<ChunkPlan> plan_chunks(const ChunkIndex& index, Box box, int threads);

}  // namespace ostracon::io::hdf5
