// Commands that are none: every truncation and every changed byte of a valid buffer gets replies or
// a clean abort. Run under the sanitizers, which see what would otherwise go unnoticed.
#include <gtest/gtest.h>

#include <algorithm>

#include "document/test_database.h"
#include "interpreter.h"
#include "wasm/test_commands.h"

namespace flowdb {
namespace {

constexpr ReplyAddress kTo{7, 9};

// One of each command, each valid when executed in this order in an upgrade of an empty database.
std::vector<std::string> valid_commands() {
  const std::string pattern = "\x50" + number(0) + text("n") + std::string(1, '\0');
  Body put;
  put.bytes("").u32(0).u32(1).bytes(R"({})").u32(2).u32(2).u32(1).u32(2).bytes(pattern);
  put.u32(3).u32(0).bytes(text("multi"));
  Body plain;
  plain.bytes(number(5)).u32(1).u32(0xffffffff).bytes("tagged").u32(0);
  Body range;
  range.u32(1 | 2 | 8).bytes(number(0)).bytes(text("z"));
  Body scan = range;
  scan.u32(1).u32(10).u32(1000).u32(1).u32(1).bytes(number(1)).bytes(number(1));
  Body all = range;
  all.u32(5).u32(2).u32(2);
  return {
      command(8, 1, 1, 1, Body().bytes(R"("s")").bytes(R"("id")")),
      command(11, 1, 2, 2, Body().u32(1).bytes(R"("u")").bytes(R"(["id","n"])")),
      command(11, 2, 3, 3, Body().u32(1).bytes(R"("m")").bytes(R"("m")")),
      command(1, 2, 4, 1, put),
      command(1, 1, 5, 1, plain),
      command(2, 1, 6, 1, range),
      command(3, 0, 7, 3, all),
      command(4, 0, 8, 1, range),
      command(7, 0, 9, 2, scan),
      command(10, 0, 10, 3, Body().bytes(R"("\u00e4")")),
      command(5, 0, 11, 1, Body().only(number(5))),
      command(12, 0, 12, 3),
      command(6, 0, 13, 1),
      command(9, 0, 14, 1),
  };
}

std::string join(const std::vector<std::string>& commands) {
  std::string all;
  for (const std::string& one : commands) all += one;
  return all;
}

class Malformed : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok());
    interpreter_ = std::make_unique<Interpreter>(std::move(opened).value());
  }

  // Executes in a new upgrade transaction, which is then dropped. The commands are copied into a
  // block of their exact size, so that a sanitizer sees every read behind it.
  std::vector<ReplyParts> run(const std::string& commands) {
    const std::vector<char> exact(commands.begin(), commands.end());
    const uint32_t handle = interpreter_->begin_upgrade(1).value();
    interpreter_->clear_replies();
    const size_t consumed =
        interpreter_->execute(handle, kTo, std::string_view(exact.data(), exact.size()));
    EXPECT_LE(consumed, commands.size());
    std::vector<ReplyParts> replies = split_replies(interpreter_->replies());
    const bool aborted = !replies.empty() && replies.back().kind == 3;
    EXPECT_EQ(interpreter_->is_open(handle), !aborted);
    interpreter_->abort(handle, kTo, Status());
    return replies;
  }

  TestFiles files_;
  std::unique_ptr<Interpreter> interpreter_;
};

TEST_F(Malformed, TheBufferItselfIsValid) {
  const std::vector<std::string> commands = valid_commands();
  const std::vector<ReplyParts> replies = run(join(commands));
  ASSERT_EQ(replies.size(), commands.size());
  for (size_t i = 0; i < replies.size(); ++i) {
    EXPECT_EQ(replies[i].kind, 0u) << "command " << i << ": " << replies[i].body;
    EXPECT_EQ(replies[i].request, i + 1);
  }
}

TEST_F(Malformed, EveryTruncationIsAnswered) {
  const std::vector<std::string> commands = valid_commands();
  const std::string all = join(commands);
  std::vector<size_t> ends{0};
  for (const std::string& one : commands) ends.push_back(ends.back() + one.size());
  for (size_t length = 0; length <= all.size(); ++length) {
    const size_t whole =
        static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), length) - ends.begin() - 1);
    const bool clean = ends[whole] == length;
    const std::vector<ReplyParts> replies = run(all.substr(0, length));
    ASSERT_EQ(replies.size(), clean ? whole : whole + 2) << length;
    if (!clean) {
      ASSERT_EQ(BodyReader(replies.back().body).u32(), 6u) << length;
    }
  }
}

TEST_F(Malformed, EveryShortenedBodyIsAnswered) {
  const std::vector<std::string> commands = valid_commands();
  for (size_t at = 0; at < commands.size(); ++at) {
    for (size_t length = 16; length < commands[at].size(); length += 4) {
      std::vector<std::string> changed = commands;
      changed[at] = Body().u32(0).u32(static_cast<uint32_t>(length)).str();
      changed[at] =
          commands[at].substr(0, 4) + changed[at].substr(4) + commands[at].substr(8, length - 8);
      const std::vector<ReplyParts> replies = run(join(changed));
      ASSERT_EQ(replies.size(), commands.size()) << at << " " << length;
      ASSERT_EQ(replies[at].kind, 1u) << at << " " << length;
    }
  }
}

TEST_F(Malformed, EveryChangedByteIsAnswered) {
  const std::string all = join(valid_commands());
  for (size_t at = 0; at < all.size(); ++at) {
    for (const int change : {0x01, 0x02, 0x04, 0x10, 0x40, 0x80, 0xff}) {
      std::string changed = all;
      changed[at] = static_cast<char>(changed[at] ^ change);
      run(changed);
      ASSERT_FALSE(HasFailure()) << "byte " << at << " changed by " << change;
    }
  }
}

}  // namespace
}  // namespace flowdb
