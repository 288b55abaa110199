// A database behind its command interpreter, and what its tests send.
#pragma once

#include <gtest/gtest.h>

#include "document/test_database.h"
#include "interpreter.h"
#include "wasm/test_commands.h"

namespace flowdb {

inline constexpr uint32_t kPut = 1, kGet = 2, kGetAll = 3, kCount = 4, kDelete = 5, kClear = 6,
                          kScan = 7;
inline constexpr uint32_t kCreateStore = 8, kDeleteStore = 9, kRename = 10, kCreateIndex = 11;
inline constexpr uint32_t kDeleteIndex = 12, kBackfill = 13, kPiece = 14;
inline constexpr uint32_t kCommitted = 2, kAborted = 3;
inline constexpr uint32_t kNoInjection = 0xffffffff;
inline constexpr uint32_t kConstraint = 2, kInvalid = 6;
inline constexpr ReplyAddress kTo{7, 9};

inline constexpr uint32_t kStore = 1;
inline constexpr uint32_t kIndex = 2;

inline std::string put_command(uint32_t request, const std::string& key, const std::string& value,
                               const IndexKeys& index_keys = {}, uint32_t flags = 0) {
  Body body;
  body.bytes(key).u32(0).u32(kNoInjection).bytes(value);
  body.u32(static_cast<uint32_t>(index_keys.size()));
  for (const auto& [index, index_key] : index_keys) body.u32(index).u32(0).bytes(index_key);
  return command(kPut, flags, request, kStore, body);
}

class InterpreterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok());
    interpreter_ = std::make_unique<Interpreter>(std::move(opened).value());
    handle_ = interpreter_->begin_upgrade(1).value();
    ASSERT_EQ(run(command(kCreateStore, 1, 0, kStore, Body().bytes(R"("s")").bytes(R"("id")")) +
                  command(kCreateIndex, 1, 0, kIndex,
                          Body().u32(kStore).bytes(R"("i")").bytes(R"("k")"))),
              "");
    commit();
    handle_ = interpreter_->begin(1, 0).value();
  }

  // Executes and gives the replies as one line: kind:request:…
  std::string run(const std::string& commands) {
    interpreter_->clear_replies();
    EXPECT_EQ(interpreter_->execute(handle_, kTo, commands), commands.size());
    replies_ = split_replies(interpreter_->replies());
    std::string line;
    for (const ReplyParts& reply : replies_) {
      EXPECT_EQ(reply.connection, kTo.connection);
      EXPECT_EQ(reply.transaction, kTo.transaction);
      line += std::to_string(reply.kind) + ":" + std::to_string(reply.request) + " ";
    }
    return line;
  }

  BodyReader body(size_t i = 0) {
    EXPECT_LT(i, replies_.size());
    return BodyReader(replies_[i].body);
  }

  void commit() {
    interpreter_->stage_commit(handle_, kTo);
    EXPECT_FALSE(interpreter_->is_open(handle_));
    interpreter_->clear_replies();
    ASSERT_TRUE(interpreter_->commit_staged().is_ok());
    replies_ = split_replies(interpreter_->replies());
    ASSERT_EQ(replies_.size(), 1u);
    EXPECT_EQ(replies_[0].kind, kCommitted);
    EXPECT_EQ(replies_[0].request, 0u);
    EXPECT_TRUE(replies_[0].body.empty());
  }

  void put_three() {
    ASSERT_EQ(run(put_command(0, number(1), "1", {{kIndex, text("b")}}) +
                  put_command(0, number(2), "2", {{kIndex, text("a")}}) +
                  put_command(0, number(3), "3", {{kIndex, text("c")}})),
              "");
  }

  TestFiles files_;
  std::unique_ptr<Interpreter> interpreter_;
  uint32_t handle_ = 0;
  std::vector<ReplyParts> replies_;
};

}  // namespace flowdb
