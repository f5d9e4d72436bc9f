// Many scan files as one source of fields.
#include "io/scan_set.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <map>
#include <memory>

#include "io/scan_paths.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::TemporaryFolder;
using test::write_file;

/// Counts how many of its kind there are.
class Told final : public FieldSource {
 public:
  Told(std::int64_t fields, std::int32_t rows, int& open)
      : fields_(fields), rows_(rows), open_(open) {
    ++open_;
  }
  ~Told() override { --open_; }
  std::int64_t fields() const override { return fields_; }
  FieldShape shape(std::int64_t field) const override {
    return {1, rows_ + (field == 2 ? 1 : 0), 4, PixelType::kU8};
  }
  std::string describe(std::int64_t field) const override {
    return "/entry field " + std::to_string(field);
  }
  float black_level(std::int64_t field) const override { return static_cast<float>(field / 2); }
  Result<> read(std::int64_t field, std::span<std::byte> frames) override {
    std::fill(frames.begin(), frames.end(), static_cast<std::byte>(10 * rows_ + field));
    return Ok{};
  }

 private:
  std::int64_t fields_;
  std::int32_t rows_;
  int& open_;
};

class Files : public ::testing::Test {
 protected:
  /// a: 3 fields of 3 rows (the last of 4), b: broken, c: 2 fields of 5 rows.
  Result<ScanSet> open() {
    std::vector<std::filesystem::path> paths;
    for (const char* name : {"a", "b", "c"}) {
      paths.push_back(folder_ / name);
      write_file(paths.back(), name);
    }
    return ScanSet::open(paths, opener());
  }
  ScanOpener opener() {
    return [this](const std::filesystem::path& path) -> Result<std::unique_ptr<FieldSource>> {
      ++opened_;
      const std::string name = path.filename().string();
      if (name == "b") return Error{ErrorCode::kBadInput, "b is cut short"};
      if (name == "locked") return Error{ErrorCode::kIo, "no permission"};
      const bool first = name == "a";
      auto scan = std::make_unique<Told>(first ? 3 : 2, first ? 3 : 5, open_);
      most_open_ = std::max(most_open_, open_);
      return std::unique_ptr<FieldSource>(std::move(scan));
    };
  }
  static std::byte first_sample(ScanSet& set, std::int64_t field) {
    std::vector<std::byte> frames(set.shape(field).bytes());
    const auto read = set.read(field, frames);
    EXPECT_TRUE(read.has_value()) << read.error().message;
    return frames.front();
  }

  TemporaryFolder folder_;
  int opened_ = 0, open_ = 0, most_open_ = 0;
};

TEST_F(Files, GiveTheirFieldsInOrderWithTheirOwnShapes) {
  auto opened = open();
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  ScanSet& set = opened.value();
  ASSERT_EQ(set.fields(), 6);  // that of the broken file is one
  EXPECT_EQ(set.shape(0).rows, 3);
  EXPECT_EQ(set.shape(2).rows, 4);
  EXPECT_EQ(set.shape(3).rows, 3);  // of the first that can be read
  EXPECT_EQ(set.shape(5).rows, 5);
  EXPECT_EQ(set.black_level(1), 0.0F);
  EXPECT_EQ(set.black_level(2), 1.0F);
  EXPECT_EQ(first_sample(set, 1), std::byte{31});
  EXPECT_EQ(set.describe(1), (folder_ / "a").string() + " /entry field 1");
  EXPECT_EQ(first_sample(set, 5), std::byte{51});
  EXPECT_EQ(set.describe(5), (folder_ / "c").string() + " /entry field 1");
  EXPECT_EQ(set.inputs().size(), 3U);
}

TEST_F(Files, AreOpenOneAtATimeHoweverOftenTheyAreRead) {
  auto opened = open();
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened_, 3);
  for (int turn = 0; turn < 3; ++turn)
    for (const std::int64_t field : {0, 1, 2, 4, 5}) first_sample(opened.value(), field);
  EXPECT_LE(most_open_, 2);  // the next is opened before the one before it goes, at the start
  EXPECT_EQ(open_, 1);
  EXPECT_EQ(opened_, 3 + 6);
}

TEST_F(Files, ThatAreBrokenSayWhyInPlaceOfAField) {
  auto opened = open();
  ASSERT_TRUE(opened.has_value());
  std::array<std::byte, 12> frames{};
  const auto read = opened.value().read(3, frames);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::kBadInput);
  EXPECT_EQ(read.error().message, "b is cut short");
  const auto none = ScanSet::open({folder_ / "b"}, opener());
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().message, "b is cut short");
}

TEST_F(Files, ThatCannotBeOpenedOrFoundAreAnErrorAtOnce) {
  write_file(folder_ / "a", "a");
  write_file(folder_ / "locked", "");
  const auto locked = ScanSet::open({folder_ / "a", folder_ / "locked"}, opener());
  ASSERT_FALSE(locked.has_value());
  EXPECT_EQ(locked.error().code, ErrorCode::kIo);
  const auto absent = ScanSet::open({folder_ / "a", folder_ / "absent"}, opener());
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, ErrorCode::kNotFound);
}

TEST_F(Files, ThatChangeMeanwhileEndTheReading) {
  auto opened = open();
  ASSERT_TRUE(opened.has_value());
  write_file(folder_ / "a", "another a");
  std::array<std::byte, 12> frames{};
  const auto read = opened.value().read(0, frames);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::kIo);
  EXPECT_NE(read.error().message.find("has changed"), std::string::npos);
}

TEST_F(Files, AreFoundInFoldersAndByPatternsEachOnceInOrder) {
  for (const char* name : {"s/b.h5", "s/a.H5", "s/in/c.nxs", "s/.hidden.h5", "s/x.txt", "t1.h5",
                           "t2.h5", "odd [1].h5"})
    write_file(folder_ / name, name);
  std::filesystem::create_symlink("b.h5", folder_ / "s/link.h5");
  const std::string root = folder_.path().string() + "/";
  const auto found = [&](std::vector<std::string> names) {
    for (std::string& name : names) name = root + name;
    const auto paths = find_scan_files(names);
    EXPECT_TRUE(paths.has_value()) << paths.error().message;
    std::vector<std::string> out;
    if (paths)
      for (const auto& path : paths.value()) out.push_back(path.string().substr(root.size()));
    return out;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(found({"s"}), (Names{"s/a.H5", "s/b.h5", "s/in/c.nxs"}));
  EXPECT_EQ(found({"t?.h5", "s"}), (Names{"t1.h5", "t2.h5", "s/a.H5", "s/b.h5", "s/in/c.nxs"}));
  EXPECT_EQ(found({"t2.h5", "t*.h5"}), (Names{"t2.h5", "t1.h5"}));
  EXPECT_EQ(found({"odd [1].h5"}), Names{"odd [1].h5"});
  EXPECT_EQ(found({"s/x.txt"}), Names{"s/x.txt"});
  for (const char* name : {"absent.h5", "absent*"}) {
    const std::vector<std::string> names{root + name};
    const auto paths = find_scan_files(names);
    ASSERT_FALSE(paths.has_value());
    EXPECT_EQ(paths.error().code, ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace ostracon::io
