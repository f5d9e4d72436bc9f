#pragma once
// The whole recovery: raw frames in, the bytes of the stream out, and an account of every page.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "pipeline/backend.hpp"
#include "pipeline/report.hpp"

namespace ostracon {

/// Frames of a field (FieldShape::bytes() bytes, native-endian samples) where they lie. They stay
/// there, unchanged, until their reader is done.
struct FieldFrames {
  const std::byte* on_host = nullptr;  ///< a StagingBuffer is uploaded fastest
  /// In memory of backends that the host cannot read: a copy on every device that has one.
  std::span<const std::byte* const> on_devices{};

  bool empty() const { return on_host == nullptr && on_devices.empty(); }
};

/// Where fields come from; io/ implements it over HDF5, tests over memory. Called from one thread
/// at a time; `read` in ascending order of `field`.
class FieldSource {
 public:
  virtual ~FieldSource() = default;
  virtual std::int64_t fields() const = 0;
  virtual FieldShape shape(std::int64_t field) const = 0;
  virtual std::string describe(std::int64_t field) const = 0;  ///< "/entry/scan0 field 3"
  /// Counts that no electron gives (the ADC's offset) where the file knows; only the contrast and
  /// dose in the report depend on it.
  virtual float black_level(std::int64_t /*field*/) const { return 0; }
  /// The frames of a field that lie in memory already: nobody copies them there, and only lanes
  /// whose backend does not read them where they lie upload them. Empty: they are to be read.
  virtual FieldFrames in_place(std::int64_t /*field*/) const { return {}; }
  /// Fills `frames` (shape(field).bytes()) with native-endian samples. kBadInput: the field is
  /// damaged, and is passed over; any other error ends the recovery.
  virtual Result<> read(std::int64_t field, std::span<std::byte> frames) = 0;
  /// Frames of the field read last that are damaged in the file, in order: read() has set their
  /// samples to 0, by which the reader leaves them out.
  virtual const std::vector<LostFrame>& lost_frames() const {
    static const std::vector<LostFrame> none;
    return none;
  }
};

/// Where recovered payload goes until the outer code has seen it all: random access, one slot of
/// `page_bytes` per page of the plate. io/ implements it over a temporary file, tests over memory.
class PayloadStore {
 public:
  virtual ~PayloadStore() = default;
  virtual Result<> resize(std::uint32_t pages, std::uint64_t page_bytes) = 0;
  virtual Result<> write(std::uint32_t page, std::uint64_t offset,
                         std::span<const std::uint8_t> bytes) = 0;
  virtual Result<> read(std::uint32_t page, std::uint64_t offset,
                        std::span<std::uint8_t> bytes) const = 0;
};

/// A run of stream bytes that could not be recovered: [begin, end).
struct ByteRange {
  std::uint64_t begin = 0, end = 0;
};

class SoftPageStore;

struct RecoverOptions {
  std::optional<Uuid> plate;  ///< which plate, when the scan holds several
  /// Fields in flight; 0: as many as threads, but at most 8 where the host computes, and 16 where a
  /// device does. Fewer where memory does not suffice.
  std::int32_t lanes = 0;
  /// Called after every field, from one thread at a time.
  std::function<void(std::int64_t done, std::int64_t total, std::uint64_t pixels)> progress;
  /// Pictures for a person: called when set, from one thread at a time, for the first
  /// `picture_fields` fields that show a page, among the first `picture_fields` + 8.
  std::function<void(const struct FieldPictures&)> pictures;
  std::int64_t picture_fields = 1;
  /// Where soft pages are kept and found, by which several readings of a page are combined; null:
  /// every field stands alone.
  SoftPageStore* soft_pages = nullptr;
};

struct Recovery {
  RecoveryReport report;
  /// Why fields were left unread: no device or memory was left to read them with. What had been
  /// read by then is in the report and in the store.
  std::optional<Error> interrupted;
  std::vector<ByteRange> holes;  ///< of the stream, sorted, disjoint
};

/// Makes the backend of one lane: `[] { return make_backend(BackendKind::kCpu); }`. Lanes are made
/// one after the other; with several devices they take turns.
using BackendFactory = std::function<Result<std::unique_ptr<Backend>>()>;

/// Reads every field of `source`, decodes, restores, and leaves the data pages' payload in
/// `store` (stream byte i is in page i / page_bytes). One backend of `make_lane` a lane.
///
/// Errors: kNotFound if no field shows a page of the plate asked for (or any page); kBadInput if
/// several plates are present and `options.plate` is not set (the message lists them); kIo from
/// source or store; kInvalidArgument if frames lie on devices alone, and a lane's has none of them;
/// kOutOfMemory and kDevice if a backend fails before any field is read
/// (afterwards it is Recovery::interrupted). Unreadable pages are data, never an error. kIo from
/// `options.soft_pages`, if it cannot keep one.
/// The result does not depend on the number of threads or lanes.
Result<Recovery> recover(FieldSource& source, const BackendFactory& make_lane, PayloadStore& store,
                         const RecoverOptions& options);

/// What the reader saw on one field, for pictures. Images are row-major.
struct FieldPictures {
  std::int64_t field = 0;
  std::int32_t rows = 0, cols = 0;  ///< pixels
  std::vector<float> first_frame;   ///< rows x cols, raw counts
  std::vector<float> aligned_mean;  ///< rows x cols, flattened: land about 1
  /// Page lattice: pixel (y, x) of module (r * lattice_step, c * lattice_step).
  std::int32_t lattice_step = 16;
  std::int32_t lattice_rows = 0, lattice_cols = 0;
  std::vector<std::array<float, 2>> lattice;
  std::int32_t page_rows = 0, page_cols = 0;
  std::vector<std::int8_t> llrs;  ///< page_rows x page_cols
};

}  // namespace ostracon
