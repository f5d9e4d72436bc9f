#pragma once
// Soft pages in folders, one file a reading: PLATE-PAGE-READING.soft.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/file_descriptor.hpp"
#include "pipeline/soft_pages.hpp"

namespace ostracon::io {

struct SoftFolderOptions {
  std::vector<std::filesystem::path> earlier;  ///< folders of earlier runs; must stand
  std::filesystem::path keep;   ///< where this run's go, of all pages; made if absent. Empty: only
                                ///< those of pages that are not wholly decoded, in a file without a
  std::filesystem::path spool;  ///< name in this folder, gone in the end
};

/// SoftPageStore over files. A file that stands in `keep` is of the same frames, and stays as it
/// is.
class SoftFolders final : public SoftPageStore {
 public:
  /// kNotFound if a folder of `earlier` is absent or the parent of `keep` is, kBadInput if one is
  /// no folder or holds more files than are handled at once, kIo.
  static Result<std::unique_ptr<SoftFolders>> open(const SoftFolderOptions& options);

  bool keeps_all() const override { return !keep_.empty(); }
  void visit_earlier(const format::PageHeader& header, const Visit& visit) const override;
  Result<> visit_own(std::uint32_t page, const Visit& visit) const override;
  std::size_t own_readings(std::uint32_t page) const override;
  Result<> put(const SoftPage& page) override;

  std::size_t earlier_readings() const { return names_.size(); }
  /// What was passed over, and why: sorted, at most kMostRemarks and a last one that counts the
  /// rest. `plate`: others' pages are counted.
  std::vector<std::string> remarks(const Uuid& plate) const;
  static constexpr std::size_t kMostRemarks = 20;

 private:
  /// A file of an earlier run: sorted by name, so by plate, page and reading.
  struct Found {
    std::string name;
    std::size_t folder;
  };
  /// A reading of this run: a file in `keep`, or bytes of the spool.
  struct Kept {
    std::string name;
    std::uint64_t offset = 0;
    std::size_t bytes = 0;
  };

  Result<> list(std::size_t folder);
  Result<Kept> spool(std::span<const std::uint8_t> bytes);
  void remark(std::string text) const;

  std::vector<std::filesystem::path> folders_;
  std::vector<Found> names_;
  std::filesystem::path keep_, spool_folder_;
  std::optional<FileDescriptor> spool_;
  std::uint64_t spooled_ = 0;
  std::map<std::uint32_t, std::vector<Kept>> own_;
  mutable std::mutex mutex_;  // of the remarks
  mutable std::vector<std::string> remarks_;
};

}  // namespace ostracon::io
