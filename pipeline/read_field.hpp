#pragma once
// One field: raw frames in, the codewords of the page on it out. The straight line through stages
// 1 to 7, top to bottom.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/frames.hpp"
#include "format/page_layout.hpp"
#include "pipeline/backend.hpp"
#include "pipeline/field.hpp"
#include "pipeline/page_decoder.hpp"
#include "pipeline/recover.hpp"
#include "pipeline/report.hpp"
#include "pipeline/soft_pages.hpp"

namespace ostracon {

/// What a field gave.
struct FieldReading {
  FieldReport report;
  StageTimes times;
  std::optional<format::PageHeader> header;  ///< when a page was found
  std::vector<InnerOutcome> outcomes;        ///< one per codeword
  std::vector<std::uint8_t> payload;         ///< codewords x kPayloadBytes; void where not decoded
  LatticeMap map;  ///< page module -> pixel of the common coordinates; no nodes without a header
  std::optional<FieldPictures> pictures;
  std::optional<SoftPage> soft;  ///< where it is to be kept
};

/// Page layouts by geometry, shared by all lanes.
class LayoutCache {
 public:
  /// kBadInput / kInvalidArgument as PageLayout::create.
  Result<std::shared_ptr<const format::PageLayout>> get(const format::PageHeader& header);

 private:
  struct Entry {
    format::PageGeometry geometry;
    std::uint16_t step, codewords;
    std::shared_ptr<const format::PageLayout> layout;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// Reads fields on one backend. Stages are made for the first field of a shape and kept for the
/// next.
class FieldReader {
 public:
  /// `soft` may be null: every reading stands alone.
  FieldReader(std::unique_ptr<Backend> backend, LayoutCache& layouts,
              const PageDecoderConfig& decoder = {}, const SoftPageStore* soft = nullptr);
  ~FieldReader();

  /// Makes what fields of this shape need whatever they show, with room to upload to unless the
  /// backend reads `frames` where they lie. Errors: those of the backend.
  Result<> prepare(const FieldShape& shape, const FieldFrames& frames);
  /// Gives back what was made; the next field makes it anew.
  void release_memory();
  /// Of the backend.
  Memory& memory() { return backend_->memory(); }

  /// Reads one field. A field without a readable page is a FieldReading without a header whose
  /// report says why; errors are those of the backend (memory, device), and kInvalidArgument if the
  /// frames lie on other devices alone.
  Result<FieldReading> read(const FieldShape& shape, const FieldFrames& frames, float black,
                            bool want_pictures);

 private:
  struct FieldStages;
  struct PageStages;
  Result<FieldStages*> field_stages(const FieldShape& shape);
  const std::byte* at_hand(const FieldFrames& frames);
  Result<std::uint32_t> id_of(const void* frames, const FieldFrames& where, std::size_t bytes);
  Result<> keep_soft_page(PageDecoder& decoder, FieldReading& reading, std::uint32_t id);
  Result<> make_room(FieldStages& field);
  Result<PageStages*> page_stages(const FieldShape& shape, const format::PageHeader& header);

  std::unique_ptr<Backend> backend_;
  LayoutCache& layouts_;
  const SoftPageStore* soft_;
  PageDecoderConfig decoder_;
  std::unique_ptr<FieldStages> field_stages_;
  std::unique_ptr<PageStages> page_stages_;
};

}  // namespace ostracon
