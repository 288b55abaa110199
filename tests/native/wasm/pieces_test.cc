// Values and answers that go in pieces.
#include "wasm/interpreter_fixture.h"

namespace flowdb {
namespace {

std::string piece_command(uint32_t piece, const std::string& bytes) {
  return command(kPiece, 0, 0, kStore, Body().u32(piece).bytes(bytes));
}

// `injection` counts from the start of the piece that comes with it.
std::string put_in_pieces(uint32_t request, const std::string& key, const std::string& piece,
                          uint32_t pieces, uint32_t number_of_piece, uint32_t flags = 0,
                          uint32_t injection = kNoInjection) {
  Body body;
  body.bytes(key).u32(0).u32(injection).bytes(piece).u32(0).u32(pieces).u32(number_of_piece);
  return command(kPut, 4 | flags, request, kStore, body);
}

TEST_F(InterpreterTest, AValueInPiecesComesBackInPieces) {
  EXPECT_EQ(run(piece_command(0, "ab") + piece_command(1, "cde") +
                put_in_pieces(5, number(1), "f", 3, 2)),
            "0:5 ");
  EXPECT_EQ(run(command(kGet, 0, 6, kStore, Body().only(number(1)))), "260:6 260:6 4:6 0:6 ");
  EXPECT_EQ(body(0).bytes(), "ab");
  EXPECT_EQ(body(1).bytes(), "cde");
  EXPECT_EQ(body(2).bytes(), "f");
  BodyReader found = body(3);
  EXPECT_EQ(found.u32(), 1u);
  EXPECT_EQ(found.u32(), 0x100u);
  EXPECT_EQ(found.bytes(), "");
  EXPECT_TRUE(found.at_end());
  EXPECT_EQ(run(command(kGet, 1, 7, kStore, Body().only(number(1)))), "0:7 ");
}

TEST_F(InterpreterTest, ItsPlaceAmongOthersIsKept) {
  run(put_command(0, number(1), "1") + piece_command(1, "-second") +
      put_in_pieces(0, "", "first:", 2, 0, 2, 6) + put_command(0, number(3), "3"));
  EXPECT_EQ(run(command(kGetAll, 0, 8, kStore, Body().everything().u32(0).u32(0).u32(0))),
            "260:8 4:8 0:8 ");
  EXPECT_EQ(body(0).bytes() + body(1).bytes(), "first:2-second");
  BodyReader all = body(2);
  EXPECT_EQ(all.u32(), 3u);
  EXPECT_EQ(all.u32(), 1u);
  EXPECT_EQ(all.u32(), 0u);
  EXPECT_EQ(all.bytes(), "1");
  EXPECT_EQ(all.u32(), 0x100u);
  EXPECT_EQ(all.bytes(), "");
  EXPECT_EQ(all.u32(), 0u);
  EXPECT_EQ(all.bytes(), "3");
}

TEST_F(InterpreterTest, PiecesThatMakeNoValueAreRefused) {
  EXPECT_EQ(run(put_in_pieces(5, number(1), "f", 0, 0)), "1:5 ");
  EXPECT_EQ(run(put_in_pieces(5, number(1), "f", 2, 1)), "1:5 ");
  EXPECT_EQ(run(piece_command(0, "a") + put_in_pieces(5, number(1), "f", 3, 1)), "1:5 ");
  EXPECT_EQ(run(command(kGet, 0, 6, kStore, Body().only(number(1)))), "0:6 ");
  EXPECT_EQ(body().u32(), 0u);
  EXPECT_EQ(run(piece_command(7, "a")), "1:0 3:0 ");
}

TEST_F(InterpreterTest, LargeRepliesLeaveWhileTheyAreMade) {
  static std::string taken;
  taken.clear();
  interpreter_->set_reply_sink([](std::string_view replies) { taken += replies; });
  const std::string piece(700'000, 'p');
  run(put_command(1, number(1), "1") + piece_command(0, piece) + piece_command(1, piece) +
      piece_command(2, piece) + put_in_pieces(2, number(2), "end", 4, 3));
  EXPECT_EQ(taken, "");
  interpreter_->clear_replies();
  const std::string commands = command(kGet, 0, 3, kStore, Body().only(number(1))) +
                               command(kGet, 0, 4, kStore, Body().only(number(2)));
  EXPECT_EQ(interpreter_->execute(handle_, kTo, commands), commands.size());
  // The reply before the pieces has gone with them; the one that they belong to is left.
  ASSERT_EQ(split_replies(interpreter_->replies()).size(), 1u);
  EXPECT_EQ(split_replies(interpreter_->replies())[0].request, 4u);
  const auto early = split_replies(taken);
  ASSERT_EQ(early.size(), 5u);
  EXPECT_EQ(early[0].kind, 0u);
  EXPECT_EQ(early[0].request, 3u);
  std::string value;
  for (size_t i = 1; i < early.size(); ++i) value += BodyReader(early[i].body).bytes();
  EXPECT_EQ(value, piece + piece + piece + "end");
}

TEST_F(InterpreterTest, ManyValuesGoAheadOfTheirReply) {
  static std::string taken;
  taken.clear();
  const std::string text = '"' + std::string(100'000, 't') + '"';
  std::string puts;
  for (uint32_t i = 0; i < 7; ++i) puts += put_command(0, number(i), text);
  run(puts + piece_command(0, "a") + put_in_pieces(0, number(7), "b", 2, 1) +
      put_command(0, number(8), "8"));
  interpreter_->set_reply_sink([](std::string_view replies) { taken += replies; });
  interpreter_->clear_replies();
  const std::string commands =
      command(kGet, 1, 3, kStore, Body().only(number(1))) +
      command(kGetAll, 0, 4, kStore, Body().everything().u32(0).u32(0).u32(0));
  EXPECT_EQ(interpreter_->execute(handle_, kTo, commands), commands.size());
  // Of three values each; the pieces belong to the reply itself.
  const auto early = split_replies(taken);
  ASSERT_EQ(early.size(), 5u);
  EXPECT_EQ(early[0].request, 3u);
  for (const size_t i : {1u, 2u}) {
    EXPECT_EQ(early[i].kind, 5u);
    EXPECT_EQ(early[i].request, 4u);
    BodyReader part(early[i].body);
    EXPECT_EQ(part.u32(), 3u);
    EXPECT_EQ(part.u32(), 0u);
    EXPECT_EQ(part.bytes(), "[" + text + "," + text + "," + text + "]");
    EXPECT_TRUE(part.at_end());
  }
  EXPECT_EQ(BodyReader(early[3].body).bytes() + BodyReader(early[4].body).bytes(), "ab");
  const auto last = split_replies(interpreter_->replies());
  ASSERT_EQ(last.size(), 1u);
  BodyReader rest(last[0].body);
  EXPECT_EQ(rest.u32(), 9u) << "all of them";
  EXPECT_EQ(rest.u32(), 1u);
  EXPECT_EQ(rest.u32(), 0u);
  EXPECT_EQ(rest.bytes(), text);
  EXPECT_EQ(rest.u32(), 0x100u);
  EXPECT_EQ(rest.bytes(), "");
  EXPECT_EQ(rest.u32(), 0u);
  EXPECT_EQ(rest.bytes(), "8");
  EXPECT_TRUE(rest.at_end());
}

}  // namespace
}  // namespace flowdb
