// Plates of QR codes: encoded, told, simulated, and read back from their master.
#include <nlohmann/json.hpp>

#include "format/qr/plate_assembly.hpp"
#include "format/qr/symbol_reader.hpp"
#include "io/master_file.hpp"
#include "io/sha256.hpp"
#include "io/stream_extractor.hpp"
#include "tests/cli/program.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;
namespace qr = format::qr;
using QrPlate = ProgramTest;

constexpr int kUsage = 2;

nlohmann::json parse_json(const std::string& text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << text;
  return json;
}

class MemorySource : public format::ByteSource {
 public:
  explicit MemorySource(const std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), to.size(), to.begin());
    return Ok{};
  }

 private:
  const std::vector<std::uint8_t>& bytes_;
};

/// Every code of a master, from its modules.
std::vector<qr::PlateCode> codes_of(io::MasterReader& master) {
  const qr::PlatePlan& plan = *master.description().qr;
  const auto columns = static_cast<std::size_t>(master.page_cols());
  std::vector<std::uint8_t> field(static_cast<std::size_t>(master.page_rows()) * columns);
  std::vector<qr::PlateCode> codes;
  for (std::uint32_t slot = 0; slot < plan.slots(); ++slot) {
    const auto place = plan.place_of(slot);
    if (slot == 0 || place.field != plan.place_of(slot - 1).field) {
      EXPECT_TRUE(master.read(place.field, field).has_value());
    }
    qr::Matrix matrix = {.side = qr::side_of(plan.parameters().version), .modules = {}};
    for (int row = 0; row < matrix.side; ++row) {
      const auto from =
          field.begin() +
          static_cast<std::ptrdiff_t>(place.row + row) * static_cast<std::ptrdiff_t>(columns) +
          place.column;
      matrix.modules.insert(matrix.modules.end(), from, from + matrix.side);
    }
    const auto code = qr::parse_code(qr::read_symbol(matrix).stream.message);
    EXPECT_TRUE(code) << slot;
    if (code) codes.push_back(*code);
  }
  return codes;
}

TEST_F(QrPlate, FilesComeBackFromTheCodesOfTheMaster) {
  make_files();
  expect(0, {"encode", "files", "-o", "qr.h5", "--symbology", "qr"});
  auto master = io::MasterReader::open(folder() / "qr.h5");
  ASSERT_TRUE(master.has_value()) << master.error().message;
  auto codes = codes_of(master.value());
  for (std::size_t i = 0; i < codes.size(); i += 10) codes[i].tag[0] ^= 1U;  // of another plate

  const auto plates = qr::find_plates(codes);
  ASSERT_FALSE(plates.empty());
  ASSERT_TRUE(plates[0].description);
  const auto assembly = qr::assemble(*plates[0].description, 32, codes);
  ASSERT_TRUE(assembly.has_value()) << assembly.error().message;
  EXPECT_TRUE(assembly.value().lost.empty());
  EXPECT_GT(assembly.value().restored, 0U);
  const std::vector<std::uint8_t>& stream = assembly.value().stream;
  io::Sha256 sha256;
  sha256.update(stream);
  EXPECT_EQ(sha256.finish().value(), master.value().description().stream_sha256);
  const auto extracted = io::extract_stream(MemorySource(stream), {},
                                            {.folder = folder() / "back", .case_sensitive = {}});
  ASSERT_TRUE(extracted.has_value()) << extracted.error().message;
  EXPECT_TRUE(extracted.value().all_verified());
  EXPECT_EQ(tree_of(folder() / "back" / "files"), tree_of(folder() / "files"));
}

TEST_F(QrPlate, APlateIsToldAndSimulated) {
  make_files();
  expect(0, {"encode", "files", "-o", "qr.h5", "--symbology", "qr", "--code", "4-L", "--codes",
             "5x6", "--parity", "30%"});
  const auto json = parse_json(expect(0, {"inspect", "qr.h5", "--json"}).out);
  EXPECT_EQ(json.at("symbology"), "qr");
  EXPECT_EQ(json.at("qr_version"), 4);
  EXPECT_EQ(json.at("qr_level"), "L");
  EXPECT_EQ(json.at("rows"), 5 * 37 - 4 + 8);
  EXPECT_EQ(json.at("cols"), 6 * 37 - 4 + 8);
  EXPECT_EQ(json.at("payload_bytes"), 68);
  EXPECT_FALSE(json.at("files").empty());
  EXPECT_NE(expect(0, {"inspect", "qr.h5"}).out.find("version 4-L"), std::string::npos);
  expect(0, {"encode", "files", "-o", "again.h5", "--symbology", "qr", "--code", "4-L", "--codes",
             "5x6", "--parity", "30%"});
  EXPECT_EQ(parse_json(expect(0, {"inspect", "again.h5", "--json"}).out), json);
  expect(0, {"simulate", "qr.h5", "-o", "qr-scan.h5", "--frames", "1"});
  const auto scan = parse_json(expect(0, {"inspect", "qr-scan.h5", "--json"}).out);
  EXPECT_EQ(scan.at("fields"), json.at("fields"));
}

TEST_F(QrPlate, OptionsOfTheOtherSymbologyAreRefused) {
  make_files();
  const auto refused = [&](std::vector<std::string> options, const std::string& what) {
    std::vector<std::string> words = {"encode", "files", "-o", "refused.h5"};
    words.insert(words.end(), options.begin(), options.end());
    const Outcome outcome = run_program(words, folder());
    EXPECT_EQ(outcome.status, kUsage) << outcome.err;
    EXPECT_NE(outcome.err.find(what), std::string::npos) << outcome.err;
    EXPECT_FALSE(fs::exists(folder() / "refused.h5"));
  };
  refused({"--symbology", "qr", "--rate", "1/2"}, "--rate is of no meaning");
  refused({"--code", "3-M"}, "--code is of no meaning");
  refused({"--symbology", "qr", "--code", "3-X"}, "--code 3-X");
  refused({"--symbology", "qr", "--code", "41-M"}, "version 41");
  refused({"--symbology", "qr", "--code", "2-M"}, "hold 26 bytes");
  refused({"--symbology", "qr", "--codes", "200x200"}, "200 x 200");
}

}  // namespace
}  // namespace ostracon::test
