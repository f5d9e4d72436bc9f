#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "format/qr/encoder.hpp"
#include "format/qr/plate_layout.hpp"

namespace ostracon::format::qr {
namespace {

using Bytes = std::vector<std::uint8_t>;

// The mask of least penalty gives zero bytes 315 lone modules in a code 3-M; with these points they
// get one that leaves 52, about as many as other bytes have.
constexpr int kLoneModulePoints = 6;

/// Payload of a data code; zeros behind the stream's end.
Result<> read_payload(const ByteSource& source, std::uint32_t code, std::span<std::uint8_t> to) {
  const std::uint64_t offset = std::uint64_t{code} * to.size();
  const std::uint64_t left = source.size() - std::min(source.size(), offset);
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, to.size()));
  std::fill(to.begin(), to.end(), std::uint8_t{0});
  if (count == 0) return Ok{};
  return source.read(offset, to.first(count));
}

/// Payloads of all parity codes, in the order of their sequence numbers.
Result<Bytes> parity_payloads(const PlatePlan& plan, const ByteSource& source) {
  const GroupPlan& groups = plan.groups();
  const std::size_t size = plan.payload_bytes();
  Bytes all((groups.page_count() - groups.data_pages) * size);
  Bytes group_data(groups.data_in_group(0) * size);
  for (std::uint32_t group = 0; group < groups.groups; ++group) {
    const std::uint32_t k = groups.data_in_group(group);
    std::vector<const std::uint8_t*> data;
    for (std::uint32_t member = 0; member < k; ++member) {
      const auto payload = std::span(group_data).subspan(member * size, size);
      OSTRACON_TRY(read_payload(source, groups.page_of(group, member), payload));
      data.push_back(payload.data());
    }
    std::vector<std::uint8_t*> parity;
    for (std::uint32_t member = k; member < k + groups.parity_per_group; ++member) {
      const std::size_t place = groups.page_of(group, member) - groups.data_pages;
      parity.push_back(all.data() + place * size);
    }
    encode_parity(data, parity, size);
  }
  return all;
}

/// The code of one slot.
class SlotEncoder {
 public:
  SlotEncoder(const PlatePlan& plan, const ByteSource& source, const Bytes& parity)
      : plan_(plan), source_(source), parity_(parity) {}

  Result<Matrix> encode(std::uint32_t slot) const {
    const PlateDescription& description = plan_.description();
    PlateCode code = {.tag = tag_of(description.plate),
                      .sequence = kDescriptionSequence,
                      .payload = Bytes(plan_.payload_bytes())};
    const SlotContent content = plan_.content_of(slot);
    if (content.description) {
      const auto bytes = serialise(description);
      std::copy(bytes.begin(), bytes.end(), code.payload.begin());
    } else {
      code.sequence = content.code;
      OSTRACON_TRY(fill_payload(content.code, code.payload));
    }
    const Message message = {.structured_append = {},
                             .segments = {{.mode = Mode::kByte, .bytes = serialise(code)}}};
    const PlateParameters& parameters = plan_.parameters();
    return qr::encode(message,
                      {parameters.level, parameters.version, parameters.mask, kLoneModulePoints});
  }

 private:
  Result<> fill_payload(std::uint32_t code, std::span<std::uint8_t> payload) const {
    const std::uint32_t data_codes = plan_.groups().data_pages;
    if (code < data_codes) return read_payload(source_, code, payload);
    const std::size_t place = (code - data_codes) * payload.size();
    std::copy_n(parity_.begin() + static_cast<std::ptrdiff_t>(place), payload.size(),
                payload.begin());
    return Ok{};
  }

  const PlatePlan& plan_;
  const ByteSource& source_;
  const Bytes& parity_;
};

void place(const Matrix& matrix, const PlatePlan::Place& at, std::int32_t columns, Bytes& field) {
  for (int row = 0; row < matrix.side; ++row) {
    const auto* from = matrix.modules.data() + static_cast<std::ptrdiff_t>(row) * matrix.side;
    const auto to = static_cast<std::ptrdiff_t>(at.row + row) * columns + at.column;
    std::copy_n(from, matrix.side, field.begin() + to);
  }
}

}  // namespace

Result<> encode_plate(const PlatePlan& plan, const ByteSource& source,
                      const std::function<Result<>(std::uint32_t field,
                                                   std::span<const std::uint8_t> modules)>& take) {
  if (source.size() != plan.description().stream_bytes) {
    return Error{ErrorCode::kInvalidArgument, "the stream has " + std::to_string(source.size()) +
                                                  " bytes, the plate's plan " +
                                                  std::to_string(plan.description().stream_bytes)};
  }
  try {
    OSTRACON_TRY_ASSIGN(const Bytes parity, parity_payloads(plan, source));
    const SlotEncoder encoder(plan, source, parity);
    Bytes field(static_cast<std::size_t>(plan.field_rows()) *
                static_cast<std::size_t>(plan.field_columns()));
    std::uint32_t slot = 0;
    for (std::uint32_t index = 0; index < plan.fields(); ++index) {
      std::fill(field.begin(), field.end(), std::uint8_t{0});
      for (; slot < plan.slots() && plan.place_of(slot).field == index; ++slot) {
        OSTRACON_TRY_ASSIGN(const Matrix matrix, encoder.encode(slot));
        place(matrix, plan.place_of(slot), plan.field_columns(), field);
      }
      OSTRACON_TRY(take(index, field));
    }
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory,
                 "no memory for the parity of " + std::to_string(plan.groups().page_count()) +
                     " QR codes of " + std::to_string(plan.payload_bytes()) + " bytes each"};
  }
  return Ok{};
}

}  // namespace ostracon::format::qr
