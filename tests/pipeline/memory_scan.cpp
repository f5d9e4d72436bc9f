#include "tests/pipeline/memory_scan.hpp"

#include <algorithm>

#include "format/inner_code.hpp"
#include "io/profile_file.hpp"
#include "tests/support/backend_test.hpp"

namespace ostracon::test {
namespace {

constexpr std::uint64_t kShortBy = 100;  // bytes that the stream's last page lacks

bool is_void(CodewordOutcome outcome) {
  return outcome == CodewordOutcome::kErased || outcome == CodewordOutcome::kLost;
}

std::vector<std::uint8_t> bytes_in(const MemoryStore& store, std::uint64_t begin,
                                   std::uint64_t end) {
  return {store.bytes().begin() + static_cast<std::ptrdiff_t>(begin),
          store.bytes().begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace

Result<sem::Profile> typical_with(const Settings& settings) {
  OSTRACON_TRY_ASSIGN(auto profile, io::load_profile("typical"));
  for (const auto& [name, value] : settings) OSTRACON_TRY(sem::set_parameter(profile, name, value));
  return profile;
}

Result<KnownPlate> KnownPlate::write(std::int32_t rows, std::int32_t cols, format::Rate rate,
                                     std::uint32_t data_pages, std::uint8_t number) {
  format::PlateParameters parameters;
  parameters.geometry = format::default_geometry(rows, cols, rate);
  OSTRACON_TRY_ASSIGN(const auto layout, format::PageLayout::create(parameters.geometry));
  const std::uint64_t page_bytes =
      static_cast<std::uint64_t>(layout.codewords()) * format::kPayloadBytes;
  KnownPlate known;
  known.uuid_.bytes.fill(number);
  known.stream_ = std::make_unique<RandomBytes>(data_pages * page_bytes - kShortBy, number);
  OSTRACON_TRY_ASSIGN(known.plate_, WrittenPlate::write(parameters, *known.stream_, number));

  const format::GroupPlan& groups = known.plan().groups();
  known.payload_.assign(groups.page_count() * page_bytes, 0);
  std::copy(known.stream().begin(), known.stream().end(), known.payload_.begin());
  for (std::uint32_t group = 0; group < groups.groups; ++group) {
    std::vector<const std::uint8_t*> data;
    std::vector<std::uint8_t*> parity;
    const std::uint32_t k = groups.data_in_group(group);
    for (std::uint32_t member = 0; member < k + groups.parity_per_group; ++member) {
      auto* page = known.payload_.data() + groups.page_of(group, member) * page_bytes;
      if (member < k)
        data.push_back(page);
      else
        parity.push_back(page);
    }
    format::encode_parity(data, parity, page_bytes);
  }
  return known;
}

std::span<const std::uint8_t> KnownPlate::payload(std::uint32_t page, std::size_t codeword) const {
  const std::size_t offset = page * static_cast<std::size_t>(plan().page_payload_bytes()) +
                             codeword * std::size_t{format::kPayloadBytes};
  return std::span(payload_).subspan(offset, format::kPayloadBytes);
}

Result<std::vector<MemoryField>> scan(const KnownPlate& plate, const sem::Profile& profile,
                                      const std::vector<std::uint32_t>& pages, std::uint64_t seed) {
  OSTRACON_TRY_ASSIGN(auto simulator, sem::Simulator::create(profile, plate.plate(), seed));
  std::vector<std::int64_t> order(pages.begin(), pages.end());
  for (std::int64_t page = 0; pages.empty() && page < simulator.fields(); ++page)
    order.push_back(page);
  SimulatedScan source(simulator, order);
  std::vector<MemoryField> fields;
  for (std::int64_t k = 0; k < source.fields(); ++k) {
    MemoryField field{source.shape(k), {}, source.black_level(k)};
    field.frames.resize(field.shape.bytes());
    OSTRACON_TRY(source.read(k, field.frames));
    fields.push_back(std::move(field));
  }
  return fields;
}

MemoryField cropped(const MemoryField& field, std::int32_t top, std::int32_t bottom,
                    std::int32_t first, std::int32_t last) {
  MemoryField part{field.shape, {}, field.black};
  part.shape.rows = bottom - top;
  part.shape.cols = last - first;
  const std::size_t sample = bytes_of(field.shape.type);
  const std::size_t row_bytes = static_cast<std::size_t>(field.shape.cols) * sample;
  for (std::int32_t frame = 0; frame < field.shape.frames; ++frame)
    for (std::int32_t y = top; y < bottom; ++y) {
      const auto row = static_cast<std::size_t>(frame * field.shape.rows + y);
      const auto begin =
          field.frames.begin() +
          static_cast<std::ptrdiff_t>(row * row_bytes + static_cast<std::size_t>(first) * sample);
      const auto count =
          static_cast<std::ptrdiff_t>(static_cast<std::size_t>(part.shape.cols) * sample);
      part.frames.insert(part.frames.end(), begin, begin + count);
    }
  return part;
}

Result<> MemoryScan::read(std::int64_t field, std::span<std::byte> frames) {
  std::copy(at(field).frames.begin(), at(field).frames.end(), frames.begin());
  return Ok{};
}

Result<InPlaceScan> InPlaceScan::create(const MemoryScan& scan, Memory& memory) {
  InPlaceScan resident(scan);
  if (memory.on_host()) return Result<InPlaceScan>(std::move(resident));
  for (const MemoryField& field : scan.all()) {
    OSTRACON_TRY_ASSIGN(auto copy, Buffer<std::byte>::from(memory, field.frames));
    resident.addresses_.push_back(copy.data());
    resident.copies_.push_back(std::move(copy));
  }
  return Result<InPlaceScan>(std::move(resident));
}

FieldFrames InPlaceScan::in_place(std::int64_t field) const {
  const auto index = static_cast<std::size_t>(field);
  if (copies_.empty()) return {scan_.all()[index].frames.data()};
  return {nullptr, std::span(addresses_).subspan(index, 1)};
}

Result<> InPlaceScan::read(std::int64_t field, std::span<std::byte>) {
  return Error{ErrorCode::kIo, "field " + std::to_string(field) + " was read, not used in place"};
}

Result<Recovered> recover_from(FieldSource& source, const RecoverOptions& options) {
  Recovered recovered;
  OSTRACON_TRY_ASSIGN(recovered.result,
                      recover(
                          source, [] { return make_backend(tested_backends().front()); },
                          recovered.store, options));
  return recovered;
}

void expect_nothing_wrong(const KnownPlate& plate, const Recovered& recovered) {
  const auto& pages = recovered.result.report.pages;
  const auto codewords = static_cast<std::size_t>(plate.plan().layout().codewords());
  const std::uint64_t page_bytes = plate.plan().page_payload_bytes();
  const std::uint64_t stream_bytes = plate.stream().size();
  ASSERT_EQ(pages.size(), plate.plan().groups().page_count());
  std::vector<bool> lost(stream_bytes, false);
  std::uint64_t codewords_lost = 0;
  for (std::uint32_t page = 0; page < pages.size(); ++page) {
    EXPECT_EQ(pages[page].page, page);
    ASSERT_EQ(pages[page].outcomes.size(), codewords);
    for (std::size_t c = 0; c < codewords; ++c) {
      const std::uint64_t begin = page * page_bytes + c * format::kPayloadBytes;
      const bool is_data = page < plate.plan().groups().data_pages;
      if (is_void(pages[page].outcomes[c])) {
        codewords_lost += is_data ? 1 : 0;
        for (auto b = begin; is_data && b < std::min(begin + format::kPayloadBytes, stream_bytes);
             ++b)
          lost[b] = true;
        continue;
      }
      const auto want = plate.payload(page, c);
      EXPECT_EQ(bytes_in(recovered.store, begin, begin + format::kPayloadBytes),
                std::vector<std::uint8_t>(want.begin(), want.end()))
          << "codeword " << c << " of page " << page << " is wrong";
    }
  }
  EXPECT_EQ(recovered.result.report.codewords_lost, codewords_lost);

  std::uint64_t whole_from = 0;
  for (const ByteRange& hole : recovered.result.holes) {
    ASSERT_LE(whole_from, hole.begin) << "holes must be sorted and disjoint";
    ASSERT_LT(hole.begin, hole.end);
    ASSERT_LE(hole.end, stream_bytes);
    for (auto b = whole_from; b < hole.begin; ++b) ASSERT_FALSE(lost[b]) << "byte " << b;
    for (auto b = hole.begin; b < hole.end; ++b) ASSERT_TRUE(lost[b]) << "byte " << b;
    whole_from = hole.end;
  }
  for (auto b = whole_from; b < stream_bytes; ++b) ASSERT_FALSE(lost[b]) << "byte " << b;
  ASSERT_GE(recovered.store.bytes().size(), stream_bytes);
  for (std::uint64_t b = 0; b < stream_bytes; ++b) {
    if (lost[b]) continue;
    ASSERT_EQ(recovered.store.bytes()[b], plate.stream()[b]) << "byte " << b;
  }
}

void expect_whole(const KnownPlate& plate, const Recovered& recovered) {
  EXPECT_TRUE(recovered.result.holes.empty());
  EXPECT_EQ(recovered.result.report.codewords_lost, 0U);
  EXPECT_EQ(recovered.result.report.plate.header.plate, plate.uuid());
  expect_nothing_wrong(plate, recovered);
}

}  // namespace ostracon::test
