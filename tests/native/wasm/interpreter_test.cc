// Each command of PROTOCOL.md as bytes, and the bytes that answer it.
#include "wasm/interpreter_fixture.h"

namespace flowdb {
namespace {

TEST_F(InterpreterTest, ABufferIsAnsweredByteForByte) {
  const std::string commands =
      put_command(5, number(1), "{}") + command(kGet, 0, 6, kStore, Body().only(number(1)));
  run(commands);
  const std::string expected =
      Body().u32(0).u32(20).u32(7).u32(9).u32(5).str() +
      Body().u32(0).u32(36).u32(7).u32(9).u32(6).u32(1).u32(0).bytes("{}").str();
  EXPECT_EQ(interpreter_->replies(), expected);
}

TEST_F(InterpreterTest, PutAndGet) {
  EXPECT_EQ(run(put_command(1, number(1), R"({"a":1})", {{kIndex, text("x")}})), "0:1 ");
  EXPECT_TRUE(body().at_end());
  EXPECT_EQ(run(command(kGet, 0, 2, kIndex, Body().only(text("x"))) +
                command(kGet, 1, 3, kIndex, Body().everything()) +
                command(kGet, 0, 4, kStore, Body().only(number(2)))),
            "0:2 0:3 0:4 ");
  BodyReader found = body(0);
  EXPECT_EQ(found.u32(), 1u);
  EXPECT_EQ(found.u32(), 0u);
  EXPECT_EQ(found.bytes(), R"({"a":1})");
  EXPECT_TRUE(found.at_end());
  BodyReader key = body(1);
  EXPECT_EQ(key.u32(), 1u);
  EXPECT_EQ(key.bytes(), number(1));
  EXPECT_TRUE(key.at_end());
  BodyReader none = body(2);
  EXPECT_EQ(none.u32(), 0u);
  EXPECT_TRUE(none.at_end());
}

TEST_F(InterpreterTest, AFailureIsAnErrorReplyAndTheTransactionGoesOn) {
  EXPECT_EQ(run(put_command(1, number(1), "1") + put_command(2, number(1), "2", {}, 1) +
                put_command(3, number(4), "4")),
            "0:1 1:2 0:3 ");
  BodyReader error = body(1);
  EXPECT_EQ(error.u32(), kConstraint);
  EXPECT_NE(error.bytes(), "");
  EXPECT_TRUE(error.at_end());
  EXPECT_TRUE(interpreter_->is_open(handle_));
}

TEST_F(InterpreterTest, AFailureThatNobodyWaitsForAborts) {
  EXPECT_EQ(run(put_command(0, number(1), "1") + put_command(0, number(1), "2", {}, 1) +
                put_command(3, number(4), "4")),
            "1:0 3:0 ");
  EXPECT_EQ(body(1).u32(), kConstraint);
  EXPECT_FALSE(interpreter_->is_open(handle_));
  EXPECT_EQ(run(put_command(4, number(1), "1")), "") << "nothing comes after ABORTED";
  handle_ = interpreter_->begin(0, 0).value();
  run(command(kCount, 0, 1, kStore, Body().everything()));
  EXPECT_EQ(body().f64(), 0);
}

TEST_F(InterpreterTest, AGeneratedKeyGoesIntoTheValueAndTheIndexKeys) {
  interpreter_->abort(handle_, kTo, Status());
  handle_ = interpreter_->begin_upgrade(2).value();
  run(command(kCreateStore, 1, 0, 3, Body().bytes(R"("g")").bytes(R"("id")")) +
      command(kCreateIndex, 0, 0, 4, Body().u32(3).bytes(R"("i")").bytes(R"(["id","id","n"])")));
  // An array of the generated number, twice, and a text.
  const std::string pattern = "\x50" + number(0) + number(0) + text("n") + std::string(1, '\0');
  const auto generate = [&](uint32_t request, uint32_t kind, uint32_t offset,
                            const std::string& value) {
    return command(kPut, 2 | 1, request, 3,
                   Body()
                       .bytes("")
                       .u32(kind)
                       .u32(offset)
                       .bytes(value)
                       .u32(1)
                       .u32(4)
                       .u32(2)
                       .u32(2)
                       .u32(11)
                       .bytes(pattern));
  };
  EXPECT_EQ(
      run(generate(1, 0, 6, R"({"id":,"n":"n"})") + generate(2, 1, 2, std::string("ab12345678cd")) +
          command(kPut, 2, 3, 3, Body().bytes("").u32(0).u32(kNoInjection).bytes("null").u32(0))),
      "0:1 0:2 0:3 ");
  EXPECT_EQ(body(0).f64(), 1);
  EXPECT_EQ(body(2).f64(), 3);
  const std::string key_of_2 = "\x50" + number(2) + number(2) + text("n") + std::string(1, '\0');
  run(command(kGet, 0, 1, 3, Body().only(number(1))) +
      command(kGet, 0, 2, 4, Body().only(key_of_2)));
  BodyReader json = body(0);
  json.u32();
  json.u32();
  EXPECT_EQ(json.bytes(), R"({"id":1,"n":"n"})");
  BodyReader tagged = body(1);
  EXPECT_EQ(tagged.u32(), 1u);
  EXPECT_EQ(tagged.u32(), 1u);
  const double two = 2;
  std::string expected = "ab12345678cd";
  std::memcpy(expected.data() + 2, &two, sizeof two);
  EXPECT_EQ(tagged.bytes(), expected);

  EXPECT_EQ(run(generate(1, 0, 99, "{}") + generate(2, 1, 1, "12345678")), "1:1 1:2 ");
  EXPECT_EQ(body(0).u32(), kInvalid);
  run(command(kCount, 0, 3, 3, Body().everything()));
  EXPECT_EQ(body().f64(), 3);
}

TEST_F(InterpreterTest, GetAllOfAStore) {
  put_three();
  const auto all = [&](uint32_t limit, uint32_t direction, uint32_t what) {
    EXPECT_EQ(run(command(kGetAll, 0, 1, kStore,
                          Body().everything().u32(limit).u32(direction).u32(what))),
              "0:1 ");
    return body();
  };
  BodyReader values = all(0, 0, 0);
  EXPECT_EQ(values.u32(), 3u);
  EXPECT_EQ(values.u32(), 0u);
  EXPECT_EQ(values.bytes(), "[1,2,3]");
  EXPECT_TRUE(values.at_end());
  BodyReader keys = all(2, 2, 1);
  EXPECT_EQ(keys.u32(), 2u);
  EXPECT_EQ(keys.bytes(), number(3) + number(2));
  EXPECT_TRUE(keys.at_end());
  BodyReader records = all(1, 0, 2);
  EXPECT_EQ(records.u32(), 1u);
  EXPECT_EQ(records.bytes(), number(1));
  EXPECT_EQ(records.u32(), 0u);
  EXPECT_EQ(records.bytes(), "[1]");
  EXPECT_TRUE(records.at_end());
}

TEST_F(InterpreterTest, GetAllOfAnIndex) {
  put_three();
  run(command(kGetAll, 0, 1, kIndex, Body().everything().u32(2).u32(2).u32(2)) +
      command(kGetAll, 0, 2, kIndex, Body().only(text("zz")).u32(0).u32(0).u32(0)) +
      command(kGetAll, 0, 3, kIndex, Body().everything().u32(0).u32(0).u32(1)));
  BodyReader records = body(0);
  EXPECT_EQ(records.u32(), 2u);
  EXPECT_EQ(records.bytes(), text("c") + number(3) + text("b") + number(1));
  EXPECT_EQ(records.u32(), 0u);
  EXPECT_EQ(records.bytes(), "[3,1]");
  EXPECT_TRUE(records.at_end());
  BodyReader none = body(1);
  EXPECT_EQ(none.u32(), 0u);
  EXPECT_EQ(none.u32(), 0u);
  EXPECT_EQ(none.bytes(), "[]");
  BodyReader keys = body(2);
  EXPECT_EQ(keys.u32(), 3u);
  EXPECT_EQ(keys.bytes(), number(2) + number(1) + number(3));
}

TEST_F(InterpreterTest, ValuesOfAnotherKindStandByThemselves) {
  run(put_command(0, number(1), "1") + put_command(0, number(2), "[22]") +
      command(kPut, 0, 0, kStore,
              Body().bytes(number(3)).u32(1).u32(kNoInjection).bytes("tagged").u32(0)) +
      put_command(0, number(4), "4") +
      command(kGetAll, 0, 1, kStore, Body().everything().u32(0).u32(0).u32(0)));
  BodyReader values = body();
  EXPECT_EQ(values.u32(), 4u);
  EXPECT_EQ(values.u32(), 1u);
  const std::pair<uint32_t, std::string> expected[] = {
      {0, "1"}, {0, "[22]"}, {1, "tagged"}, {0, "4"}};
  for (const auto& [kind, bytes] : expected) {
    EXPECT_EQ(values.u32(), kind);
    EXPECT_EQ(values.bytes(), bytes);
  }
  EXPECT_TRUE(values.at_end());
}

TEST_F(InterpreterTest, ScansInPieces) {
  put_three();
  const auto scan = [&](uint32_t entries, uint32_t value_bytes, uint32_t skip, uint32_t position,
                        const std::string& key, const std::string& primary_key) {
    EXPECT_EQ(run(command(kScan, 0, 1, kIndex,
                          Body()
                              .everything()
                              .u32(0)
                              .u32(entries)
                              .u32(value_bytes)
                              .u32(skip)
                              .u32(position)
                              .bytes(key)
                              .bytes(primary_key))),
              "0:1 ");
    return body();
  };
  BodyReader first = scan(2, 0, 0, 0, "", "");
  EXPECT_EQ(first.u32(), 2u);
  EXPECT_EQ(first.u32(), 0u);
  EXPECT_EQ(first.bytes(), text("a") + number(2) + text("b") + number(1));
  EXPECT_EQ(first.u32(), 0u);
  EXPECT_EQ(first.bytes(), "[2,1]");
  EXPECT_TRUE(first.at_end());
  BodyReader rest = scan(2, 0, 0, 1, text("b"), number(1));
  EXPECT_EQ(rest.u32(), 1u);
  EXPECT_EQ(rest.u32(), 1u) << "done";
  EXPECT_EQ(rest.bytes(), text("c") + number(3));
  BodyReader small = scan(0, 1, 1, 0, "", "");
  EXPECT_EQ(small.u32(), 1u) << "one entry at least, though its value is as long as the limit";
  EXPECT_EQ(small.u32(), 0u);
  EXPECT_EQ(small.bytes(), text("b") + number(1));

  run(command(kScan, 1, 1, kStore,
              Body().everything().u32(2).u32(0).u32(0).u32(0).u32(2).bytes(number(2)).bytes("")));
  BodyReader keys = body();
  EXPECT_EQ(keys.u32(), 2u);
  EXPECT_EQ(keys.u32(), 1u);
  EXPECT_EQ(keys.bytes(), number(2) + number(1));
  EXPECT_TRUE(keys.at_end()) << "key only";
}

TEST_F(InterpreterTest, DeletesAndClears) {
  put_three();
  run(command(kDelete, 0, 1, kStore, Body().u32(1 | 2 | 4).bytes(number(1)).bytes(number(2))) +
      command(kCount, 0, 2, kIndex, Body().everything()) + command(kClear, 0, 3, kStore) +
      command(kCount, 0, 4, kStore, Body().everything()));
  EXPECT_EQ(body(1).f64(), 2);
  EXPECT_EQ(body(3).f64(), 0);
}

TEST_F(InterpreterTest, TheSchemaChanges) {
  interpreter_->abort(handle_, kTo, Status());
  handle_ = interpreter_->begin_upgrade(2).value();
  EXPECT_EQ(run(command(kRename, 0, 0, kStore, Body().bytes(R"("t")")) +
                command(kDeleteIndex, 0, 0, kIndex) +
                command(kCreateStore, 0, 0, 3, Body().bytes(R"("s")").bytes("null")) +
                command(kDeleteStore, 0, 0, 3)),
            "");
  commit();
  EXPECT_EQ(schema_json(interpreter_->database().schema()),
            R"({"name":"test","version":2,"nextId":4,"stores":[{"id":1,"name":"t","keyPath":"id",)"
            R"("autoIncrement":true,"indexes":[]}]})");
}

TEST_F(InterpreterTest, ALateIndexWaitsForItsBackfill) {
  put_three();
  commit();
  handle_ = interpreter_->begin_upgrade(2).value();
  const std::string create =
      command(kCreateIndex, 1, 0, 3, Body().u32(kStore).bytes(R"("late")").bytes(R"("l")"));
  const std::string rest = command(kCount, 0, 2, 3, Body().everything());
  EXPECT_EQ(interpreter_->execute(handle_, kTo, create + rest), create.size());
  EXPECT_EQ(interpreter_->backfill(handle_),
            R"({"store":1,"index":{"id":3,"name":"late","keyPath":"l","unique":true,)"
            R"("multiEntry":false}})");
  EXPECT_EQ(run(rest), "1:2 ") << "not yet";
  EXPECT_EQ(run(command(kBackfill, 0, 5, kIndex, Body().u32(0))), "1:5 ") << "the wrong index";
  EXPECT_EQ(
      run(command(kBackfill, 0, 0, 3,
                  Body().u32(2).bytes(number(1)).u32(1).bytes(text("x")).bytes(number(2)).u32(0))),
      "");
  interpreter_->end_backfill(handle_);
  EXPECT_EQ(interpreter_->backfill(handle_), "");
  EXPECT_EQ(run(rest), "0:2 ");
  EXPECT_EQ(body().f64(), 1);
  EXPECT_EQ(run(command(kBackfill, 0, 6, 3, Body().u32(0))), "1:6 ") << "too late";
  commit();
}

TEST_F(InterpreterTest, AViolatedBackfillAborts) {
  put_three();
  commit();
  handle_ = interpreter_->begin_upgrade(2).value();
  run(command(kCreateIndex, 1, 0, 3, Body().u32(kStore).bytes(R"("l")").bytes(R"("l")")));
  EXPECT_EQ(
      run(command(
          kBackfill, 0, 0, 3,
          Body().u32(2).bytes(number(1)).u32(1).bytes(text("x")).bytes(number(2)).u32(1).bytes(
              text("x")))),
      "1:0 3:0 ");
  EXPECT_EQ(body(1).u32(), kConstraint);
  EXPECT_EQ(interpreter_->database().schema().version, 1u);
}

TEST_F(InterpreterTest, ACommitBeforeTheBackfillAborts) {
  put_three();
  commit();
  handle_ = interpreter_->begin_upgrade(2).value();
  run(command(kCreateIndex, 0, 0, 3, Body().u32(kStore).bytes(R"("l")").bytes(R"("l")")));
  interpreter_->clear_replies();
  interpreter_->stage_commit(handle_, kTo);
  replies_ = split_replies(interpreter_->replies());
  ASSERT_EQ(replies_.size(), 1u);
  EXPECT_EQ(replies_[0].kind, kAborted);
  EXPECT_EQ(body().u32(), kInvalid);
}

TEST_F(InterpreterTest, AGroupIsCommittedInTheOrderOfStaging) {
  put_three();
  const uint32_t reader = interpreter_->begin(0, 0).value();
  const uint32_t aborted = interpreter_->begin(1, 2).value();
  interpreter_->clear_replies();
  interpreter_->stage_commit(reader, {1, 2});
  interpreter_->stage_commit(handle_, {3, 4});
  interpreter_->abort(aborted, {5, 6}, Status::io_error("why"));
  ASSERT_TRUE(interpreter_->commit_staged().is_ok());
  replies_ = split_replies(interpreter_->replies());
  ASSERT_EQ(replies_.size(), 3u);
  EXPECT_EQ(replies_[0].kind, kAborted);
  EXPECT_EQ(replies_[0].connection, 5u);
  BodyReader reason = body(0);
  EXPECT_EQ(reason.u32(), 5u);
  EXPECT_EQ(reason.bytes(), "why");
  EXPECT_EQ(replies_[1].kind, kCommitted);
  EXPECT_EQ(replies_[1].connection, 1u);
  EXPECT_EQ(replies_[2].connection, 3u);
  EXPECT_EQ(replies_[2].transaction, 4u);
}

TEST_F(InterpreterTest, WrongModesAreRefused) {
  EXPECT_TRUE(interpreter_->begin(2, 0).status().is(StatusCode::invalid_argument));
  EXPECT_TRUE(interpreter_->begin(0, 3).status().is(StatusCode::invalid_argument));
  EXPECT_TRUE(interpreter_->begin_upgrade(2).status().is(StatusCode::invalid_argument));
  const uint32_t writer = handle_;
  handle_ = interpreter_->begin(0, 1).value();
  EXPECT_EQ(run(put_command(1, number(1), "1")), "1:1 ");
  EXPECT_EQ(body().u32(), kInvalid);
  handle_ = writer;
}

}  // namespace
}  // namespace flowdb
