// ostracon export: pages of a master, or frames of a scan, as PNG pictures.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/cli/hdf5_input.hpp"
#include "host/cli/output.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/scan_input.hpp"
#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "host/view/frame_pixels.hpp"
#include "io/atomic_file.hpp"
#include "io/pictures.hpp"
#include "io/png.hpp"

namespace ostracon::cli {
namespace {

struct ExportOptions {
  std::string file;
  std::string folder;
  std::string only;  ///< pages or fields; empty: all
  std::string frames = "0";
  bool force = false;
  io::ScanHints hints;
};

std::filesystem::path folder_of(const ExportOptions& options) { return options.folder; }

/// The numbers asked for, or 0..count-1; kInvalidArgument names one that is not there.
Result<std::vector<std::int64_t>> choose(const std::string& list, const char* option,
                                         std::int64_t count, const char* noun) {
  std::vector<std::int64_t> chosen;
  if (list.empty()) {
    for (std::int64_t i = 0; i < count; ++i) chosen.push_back(i);
    return chosen;
  }
  OSTRACON_TRY_ASSIGN(chosen, parse_list(list, option));
  if (!chosen.empty() && chosen.back() >= count)
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} {}: there is no {} {}; the last one is {}", option, list, noun,
                             chosen.back(), count - 1)};
  return chosen;
}

Result<std::size_t> export_pages(io::MasterReader& master, const ExportOptions& options) {
  OSTRACON_TRY_ASSIGN(const auto pages, choose(options.only, "--only", master.pages(), "page"));
  const std::int32_t rows = master.page_rows();
  const std::int32_t cols = master.page_cols();
  std::vector<std::uint8_t> modules(static_cast<std::size_t>(rows) *
                                    static_cast<std::size_t>(cols));
  Progress progress("export", "pages");
  std::uint64_t done = 0;
  for (const std::int64_t page : pages) {
    OSTRACON_TRY(master.read(static_cast<std::uint32_t>(page), modules));
    OSTRACON_TRY_ASSIGN(const auto png, io::encode_png_bits(modules, rows, cols));
    OSTRACON_TRY(io::write_whole_file(folder_of(options) / fmt::format("page{:05}.png", page), png,
                                      options.force));
    ++done;
    progress.update(done, pages.size(), done);
  }
  return pages.size();
}

Result<std::size_t> export_frames(io::ScanSource& scan, const ExportOptions& options) {
  OSTRACON_TRY_ASSIGN(const auto fields, choose(options.only, "--only", scan.fields(), "field"));
  Progress progress("export", "fields");
  std::uint64_t done = 0;
  std::size_t pictures = 0;
  for (const std::int64_t field : fields) {
    const FieldShape shape = scan.shape(field);
    OSTRACON_TRY_ASSIGN(const auto frames, choose(options.frames == "all" ? "" : options.frames,
                                                  "--frames", shape.frames, "frame"));
    std::vector<std::byte> bytes(shape.bytes());
    OSTRACON_TRY(scan.read(field, bytes));
    for (const std::int64_t frame : frames) {
      const auto grey =
          io::stretch_to_grey(view::frame_pixels(bytes, shape, static_cast<std::int32_t>(frame)));
      OSTRACON_TRY_ASSIGN(const auto png, io::encode_png_grey(grey, shape.rows, shape.cols));
      const auto name = fmt::format("field{:04}-frame{:03}.png", field, frame);
      OSTRACON_TRY(io::write_whole_file(folder_of(options) / name, png, options.force));
      ++pictures;
    }
    ++done;
    progress.update(done, fields.size(), done);
  }
  return pictures;
}

Result<ExitStatus> export_pictures(const ExportOptions& options) {
  OSTRACON_TRY(check_new_folder(options.folder, options.force));
  OSTRACON_TRY_ASSIGN(auto input, open_hdf5(options.file, options.hints));
  OSTRACON_TRY(make_folder(options.folder));
  OSTRACON_TRY_ASSIGN(const std::size_t pictures, input.master
                                                      ? export_pages(*input.master, options)
                                                      : export_frames(*input.scan, options));
  fmt::print("{} in {}\n", plural(pictures, "picture"), options.folder);
  return ExitStatus::kVerified;
}

}  // namespace

void add_export(CLI::App& app, Run& run) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* verb =
      app.add_subcommand("export", "Write pages of a master or frames of a scan as PNG pictures");
  verb->add_option("FILE", options->file, "A master or a scan")->required();
  verb->add_option("-o,--output", options->folder, "The folder to write the pictures into")
      ->type_name("FOLDER")
      ->required();
  verb->add_option("--only", options->only, "These pages (of a master) or fields (of a scan)")
      ->type_name("3,8,11-13");
  verb->add_option("--frames", options->frames, "These frames of each field, or 'all'")
      ->type_name("LIST")
      ->capture_default_str();
  verb->add_flag("--force", options->force, "Replace pictures that stand");
  add_scan_hints(*verb, options->hints);
  verb->footer(
      "A page becomes a picture of one bit a module, black for a pit; a frame one of 8 bits,\n"
      "stretched to its range.\n"
      "Examples:\n"
      "  ostracon export master.h5 -o pages --only 0-3\n"
      "  ostracon export scan.h5 -o frames --frames all");
  verb->callback([options, &run] { run = [options] { return export_pictures(*options); }; });
}

}  // namespace ostracon::cli
