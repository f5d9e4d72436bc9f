#pragma once
// Scans that are pictures: a TIFF of several pages, a folder of TIFF, PNG or BMP. Private to io/.

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/formats/picture_file.hpp"
#include "io/open_scan.hpp"

namespace ostracon::io {

/// One field: its frames in order, and what is known of it.
struct PictureField {
  std::string name;
  std::vector<Picture> frames;
  ScanInfo info;
  std::optional<std::array<double, 2>> position_m;
};

/// What is kept of pictures beside their samples.
struct PictureSources {
  struct File {
    std::filesystem::path path;
    std::string name;
  };
  struct Text {
    std::string name, text;
  };
  std::vector<File> files;  ///< whose tags and side-cars are read again when they are kept
  std::vector<Text> texts;  ///< of the folder
};

class PictureScan final : public ScanSource {
 public:
  /// Fields that follow each other and are of one shape and one pixel size become one group.
  PictureScan(std::string layout, std::vector<PictureField> fields, PictureSources sources,
              std::vector<std::string> warnings);

  /// Frames are decoded on all threads of the calling arena. A broken picture is a lost frame.
  Result<> read(std::int64_t field, std::span<std::byte> frames) override;
  const std::vector<LostFrame>& lost_frames() const override { return lost_; }
  std::string describe(std::int64_t field) const override;
  Result<> read_exactly() override;
  Result<> keep_metadata(MetadataWriter& to) const override;

 private:
  std::vector<PictureField> fields_;
  PictureSources sources_;
  std::vector<LostFrame> lost_;
};

/// As open_scan() of a picture, or of a folder of them.
Result<std::unique_ptr<ScanSource>> open_picture_scan(const std::filesystem::path& path,
                                                      const ScanHints& hints);
Result<std::unique_ptr<ScanSource>> open_picture_folder(const std::filesystem::path& path,
                                                        const ScanHints& hints);

/// Fields of pictures on their way: opens files, reads their metadata, keeps their texts.
class PictureCollector {
 public:
  /// Appends the pictures of a file as frames of the last field, or begins a new one. A file that
  /// cannot be read, or not be of the field, is passed over with a warning.
  ///   name   relative to what was opened
  void add(const std::filesystem::path& path, const std::string& name, bool begins_field);
  void warn(std::string what);
  void keep(std::string name, std::string text);
  PictureField* last() { return fields_.empty() ? nullptr : &fields_.back(); }

  /// Cuts every field after so many frames; kInvalidArgument if one is left over.
  Result<> cut(std::int64_t frames);
  /// kBadInput, with the first warning, if there is no picture.
  ///   layout   empty: by what the pictures are and who made them
  Result<std::unique_ptr<ScanSource>> finish(const std::string& what, std::string layout);

 private:
  std::vector<PictureField> fields_;
  PictureSources sources_;
  std::vector<std::string> warnings_;
  std::string kind_, maker_;
  bool failed_ = false;  // the field that was begun has no picture yet
};

}  // namespace ostracon::io
