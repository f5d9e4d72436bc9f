#pragma once
// The plate as the encoder hands it over (HDF5): bit-packed pages, where they lie, what they hold.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "datasets/plate_source.hpp"
#include "format/plate.hpp"
#include "format/qr/plate_layout.hpp"
#include "io/stream_manifest.hpp"

namespace ostracon::io {

/// What the attribute `description` of a master says.
struct MasterDescription {
  format::PlateParameters parameters;
  format::PageHeader header;  ///< of page 0
  /// Of a QR plate; `parameters` and `header` are of no meaning then. Its fields are what the
  /// master calls pages.
  std::optional<format::qr::PlatePlan> qr{};
  Sha256Digest stream_sha256{};
  std::vector<StreamEntry> entries;  ///< the members of the stream
};

/// Writes `/pages` u8 [page, rows, ceil(cols / 8)], most significant bit first, one chunk a page,
/// `/positions` i64 [page, 2] (row, col of the upper left module), `/manifest` (the manifest of the
/// stream, JSON) and the root attribute `description` (JSON: the parameters of the plate). The file
/// appears under its name only with close().
class MasterWriter {
 public:
  /// kExists if `path` stands and `force` is not set; kNotFound if its folder is absent; kIo.
  static Result<MasterWriter> create(const std::filesystem::path& path,
                                     const format::PlatePlan& plan,
                                     const Sha256Digest& stream_sha256,
                                     std::span<const StreamEntry> entries, bool force);
  /// The same of a QR plate.
  static Result<MasterWriter> create(const std::filesystem::path& path,
                                     const format::qr::PlatePlan& plan,
                                     const Sha256Digest& stream_sha256,
                                     std::span<const StreamEntry> entries, bool force);
  MasterWriter(MasterWriter&&) noexcept;
  MasterWriter& operator=(MasterWriter&&) noexcept;
  ~MasterWriter();

  /// Any order. `modules`: rows x cols, row-major, one bit per byte.
  Result<> write(std::uint32_t page, std::span<const std::uint8_t> modules);
  /// kInvalidArgument if a page was not written.
  Result<> close();

 private:
  struct State;
  struct Layout;
  static Result<MasterWriter> create(const std::filesystem::path& path, const Layout& layout,
                                     std::span<const StreamEntry> entries, bool force);
  explicit MasterWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A master opened for reading, page by page. One thread at a time.
class MasterReader : public sem::PlateSource {
 public:
  /// kNotFound, kBadInput (not HDF5, truncated, not a master, sizes that disagree), kIo.
  static Result<MasterReader> open(const std::filesystem::path& path);
  MasterReader(MasterReader&&) noexcept;
  MasterReader& operator=(MasterReader&&) noexcept;
  ~MasterReader() override;

  const MasterDescription& description() const;

  std::uint32_t pages() const override;
  std::int32_t page_rows() const override;
  std::int32_t page_cols() const override;
  Position position(std::uint32_t page) const override;
  double pitch_nm() const override;
  std::int32_t gap_modules() const override;
  bool writes_gaps() const override;
  /// kInvalidArgument if `page` or the size of `modules` is wrong; kBadInput.
  Result<> read(std::uint32_t page, std::span<std::uint8_t> modules) override;

 private:
  struct State;
  explicit MasterReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ostracon::io
