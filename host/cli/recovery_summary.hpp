#pragma once

#include "io/stream_extractor.hpp"
#include "pipeline/report.hpp"

namespace ostracon::cli {

/// Tells on standard output what became of pages, codewords and files, and where the time went.
/// `files` is null where nothing of the stream could be made out.
void print_summary(const RecoveryReport& report, const io::ExtractReport* files);

/// Of the files alone, as in print_summary.
void print_files(const io::ExtractReport* files);

}  // namespace ostracon::cli
