#pragma once
// Reads the fields of an HDF5 stack, whatever the order of its axes. Private to io/.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/chunk_reader.hpp"
#include "io/formats/field_losses.hpp"
#include "io/formats/hdf5_stack.hpp"

namespace ostracon::io::hdf5 {

/// Where the samples lie in the file as [frame][y][x] of the type wanted they are read to where
/// they belong; else in pieces of up to 256 MiB (or a chunk's thickness), which are then put in
/// order.
class StackReader {
 public:
  /// `file` must outlive the reader.
  StackReader(const Handle& file, Dataset frames, AxisRoles axes, SampleType stored);

  /// Reads field `field` of the stack as samples of `shape.type`. kOutOfMemory, kIo.
  ///   frames   shape.bytes()
  Result<FieldLosses> read(std::int64_t field, const FieldShape& shape, std::span<std::byte> frames,
                           const std::string& what);
  /// Shows all samples of a field as they are stored, in pieces. kBadInput names what is damaged.
  Result<> look(std::int64_t field, const std::string& what,
                const std::function<void(std::span<const std::byte>)>& show);
  /// Tells the machine that `field` will be read.
  void announce(std::int64_t field) const;

  SampleType stored() const { return stored_; }

 private:
  Box box_of(std::int64_t field) const;
  std::vector<Box> pieces_of(const Box& box) const;
  std::size_t bytes_of_box(const Box& box) const;
  bool in_order(PixelType type) const;
  Result<> read_raw(const Box& box, std::span<std::byte> to, FieldLosses& losses);
  Result<> read_by_library(const Box& box, std::span<std::byte> to, FieldLosses& losses);
  void lose(const Box& box, const Error& error, FieldLosses& losses) const;
  std::vector<Box> frames_of(const Box& box) const;
  Placement placement_of(const Box& box, const FieldShape& shape, std::size_t& offset) const;

  Dataset frames_;
  AxisRoles axes_;
  SampleType stored_;
  std::optional<ChunkReader> chunks_;  // absent: the library must read them
  Axes thickness_;                     // samples of a chunk along every axis
  Scratch scratch_;
};

}  // namespace ostracon::io::hdf5
