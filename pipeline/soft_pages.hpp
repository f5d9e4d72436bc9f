#pragma once
// Soft pages: what one reading of a page says of its code bits, kept so that another reading of the
// same page can be combined with it (decision 23).

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "format/page_header.hpp"
#include "pipeline/llr.hpp"

namespace ostracon {

/// One reading of one page.
struct SoftPage {
  format::PageHeader header;
  std::uint32_t reading = 0;  ///< reading_id() of the frames: equal frames are one reading
  /// [codeword][code bit], descrambled: +-127 by the bits of a codeword that was decoded, else this
  /// reading's own evidence in [-30, 30] (rules::kMostLlrSteps).
  std::vector<Llr> bits;
};

/// Code bits of a page that `header` describes.
std::size_t soft_bits_of(const format::PageHeader& header);

/// A number that frames are known by again: a checksum of pieces spread over them, whose noise no
/// other frames share. `pieces` are those that sampled_pieces() names, one behind the other.
std::uint32_t reading_id(std::span<const std::byte> pieces);

/// Which bytes of `bytes` bytes of frames reading_id() wants: [offset, offset + kPieceBytes) each,
/// ascending; the last one may be shorter.
inline constexpr std::size_t kPieceBytes = 4096;
std::vector<std::size_t> sampled_pieces(std::size_t bytes);

/// Where soft pages are kept; io/ implements it over files.
class SoftPageStore {
 public:
  using Visit = std::function<void(const SoftPage&)>;
  virtual ~SoftPageStore() = default;

  /// True if pages that were wholly decoded are wanted as well.
  virtual bool keeps_all() const = 0;
  /// Every reading of the page that `header` describes from runs before this one, in ascending
  /// order of `reading`, at most kMostReadings. What is of another plate or damaged is passed over
  /// and remembered for remarks(). May be called from several threads at once; the answer does not
  /// change while fields are read.
  virtual void visit_earlier(const format::PageHeader& header, const Visit& visit) const = 0;
  /// The same of this run, in the order they were put.
  virtual Result<> visit_own(std::uint32_t page, const Visit& visit) const = 0;
  /// Readings of `page` that were put.
  virtual std::size_t own_readings(std::uint32_t page) const = 0;
  virtual Result<> put(const SoftPage& page) = 0;
};

inline constexpr std::size_t kMostReadings = 64;  ///< of a page that are combined

/// The sum of readings of one page.
class SoftSum {
 public:
  /// Adds a reading unless one of the same frames has been added. All are of one page.
  void add(const SoftPage& page);
  std::int32_t readings() const { return static_cast<std::int32_t>(seen_.size()); }
  /// For rules::combined_bit with one more reading.
  std::vector<Llr> others() const { return limited(126); }
  /// For the decoder as it is.
  std::vector<Llr> combined() const;

 private:
  std::vector<Llr> limited(int most) const;
  std::vector<std::uint32_t> seen_;
  std::vector<std::int32_t> sum_;
};

/// All readings of earlier runs but `reading` itself.
SoftSum others_of(const SoftPageStore& soft, const format::PageHeader& header,
                  std::uint32_t reading);

}  // namespace ostracon
