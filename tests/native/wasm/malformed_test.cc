// Commands that are none: every truncation and every changed byte of a valid buffer gets replies or
// a clean abort. Run under the sanitizers, which see what would otherwise go unnoticed.
#include <gtest/gtest.h>

#include <algorithm>

#include "document/test_database.h"
#include "interpreter.h"
#include "wasm/test_commands.h"
#include "wasm/valid_commands.h"

namespace flowdb {
namespace {

constexpr ReplyAddress kTo{7, 9};

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
