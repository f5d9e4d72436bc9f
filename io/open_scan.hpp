#pragma once
// The door for scans of every kind: our own files, those of other programs, and pictures.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "io/scan_source.hpp"

namespace ostracon::io {

/// What a person says of a scan that does not tell itself. Empty: found out.
struct ScanHints {
  std::string dataset;  ///< of an HDF5 file: the path of the data set that holds the frames
  std::string axes;     ///< its axes, slowest first: "field,frame,y,x"
  /// Of pictures: so many that follow each other are the frames of a field; 0: by their names.
  std::int64_t frames_per_field = 0;

  bool any() const { return !dataset.empty() || !axes.empty() || frames_per_field != 0; }
};

/// Opens an HDF5 file (our own, Velox EMD, NCEM EMD, HyperSpy, Delmic, NeXus and NXem, or any other
/// by its largest array), a TIFF, PNG or BMP picture, or a folder of them. kNotFound; kIo;
/// kBadInput says why it is none of these; kInvalidArgument names a hint that does not fit.
Result<std::unique_ptr<ScanSource>> open_scan(const std::filesystem::path& path,
                                              const ScanHints& hints = {});

}  // namespace ostracon::io
