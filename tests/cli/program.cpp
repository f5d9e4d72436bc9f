#include "tests/cli/program.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

/// In the child: never returns.
[[noreturn]] void become_program(const std::vector<std::string>& arguments, const fs::path& folder,
                                 const fs::path& out, const fs::path& err, std::size_t file_bytes) {
  const int input = open("/dev/null", O_RDONLY);
  const int output = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int errors = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (input < 0 || output < 0 || errors < 0 || chdir(folder.c_str()) != 0) _exit(125);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  if (file_bytes > 0) {
    const rlimit limit{file_bytes, file_bytes};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || signal(SIGXFSZ, SIG_IGN) == SIG_ERR) _exit(125);
  }
  std::vector<std::string> words{OSTRACON_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(pointers[0], pointers.data());
  _exit(126);
}

}  // namespace

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  return content.str();
}

void write_file(const fs::path& file, std::string_view content) {
  std::ofstream stream(file, std::ios::binary);
  stream << content;
}

Outcome run_program(const std::vector<std::string>& arguments, const fs::path& folder,
                    std::size_t file_bytes) {
  return finish_program(start_program(arguments, folder, file_bytes), folder);
}

pid_t start_program(const std::vector<std::string>& arguments, const fs::path& folder,
                    std::size_t file_bytes) {
  const pid_t child = fork();
  if (child == 0)
    become_program(arguments, folder, folder.string() + ".out", folder.string() + ".err",
                   file_bytes);
  return child;
}

Outcome finish_program(pid_t child, const fs::path& folder) {
  const fs::path out = folder.string() + ".out";
  const fs::path err = folder.string() + ".err";
  Outcome outcome;
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return outcome;
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = content_of(out);
  outcome.err = content_of(err);
  fs::remove(out);
  fs::remove(err);
  return outcome;
}

std::map<std::string, std::string> tree_of(const fs::path& folder) {
  std::map<std::string, std::string> tree;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::string what = "/";
    if (entry.is_symlink())
      what = "-> " + fs::read_symlink(entry.path()).string();
    else if (entry.is_regular_file())
      what = content_of(entry.path());
    tree[entry.path().lexically_relative(folder).string()] = what;
  }
  return tree;
}

void ProgramTest::SetUp() {
  std::string name = (fs::temp_directory_path() / "ostracon-test-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr) << name;
  folder_ = name;
}

void ProgramTest::TearDown() {
  if (!folder_.empty()) fs::remove_all(folder_);
}

Outcome ProgramTest::expect(int status, std::initializer_list<std::string> arguments) {
  Outcome outcome = run(arguments);
  std::string line = "ostracon";
  for (const auto& argument : arguments) line += " " + argument;
  EXPECT_EQ(outcome.status, status) << line << "\n" << outcome.out << outcome.err;
  return outcome;
}

void ProgramTest::make_files() {
  const fs::path files = folder_ / "files";
  fs::create_directories(files / "inner" / "empty folder");
  std::string text;
  for (int i = 0; i < 200; ++i) text += std::to_string(i * i * i) + (i % 7 == 0 ? "\n" : " ");
  write_file(files / "cubes.txt", text);
  write_file(files / "nothing", "");
  write_file(files / "inner" / "Ὄστρακον.txt", "a shard of pottery\n");
  write_file(files / "run.sh", "#!/bin/sh\nexit 0\n");
  fs::permissions(files / "run.sh", fs::perms(0755));
  fs::create_symlink("inner/Ὄστρακον.txt", files / "link");
}

void ProgramTest::make_master() {
  make_files();
  expect(0, {"encode", "files", "-o", "master.h5", "--page", "256x256"});
}

void ProgramTest::make_scan() {
  make_master();
  expect(0, {"simulate", "master.h5", "-o", "scan.h5", "--profile", "clean", "--frames", "2",
             "--seed", "7"});
}

}  // namespace ostracon::test
