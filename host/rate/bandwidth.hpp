#pragma once
// What the machine can do at most, measured beside what the reader does.

#include <cstddef>
#include <filesystem>

#include "core/buffer.hpp"
#include "core/result.hpp"

namespace ostracon::rate {

/// Bytes a second that all threads together copy from memory to memory: the best of three copies
/// of `bytes` (> 0). kOutOfMemory.
Result<double> copy_bandwidth(std::size_t bytes);

/// Bytes a second that one copy after the other takes from staging memory into a backend's own: the
/// link that feeds a device. The best of three copies of `bytes` (> 0). Errors: those of the
/// backend.
Result<double> link_bandwidth(Memory& memory, std::size_t bytes);

/// Bytes a second that all threads together read of a file into memory of their own, in pieces of
/// 4 MiB: the best of three readings, so that the file comes from the page cache if it fits there.
/// kIo, kNotFound; kBadInput if it is empty.
Result<double> file_bandwidth(const std::filesystem::path& path);

}  // namespace ostracon::rate
