// Interpreter: executes the commands of js/channel/PROTOCOL.md on a database and writes their
// replies. It knows nothing of WebAssembly, so that it is tested natively.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "command_reader.h"
#include "document/database.h"
#include "reply_writer.h"
#include "util/status.h"

namespace flowdb {

class Interpreter {
 public:
  explicit Interpreter(std::unique_ptr<Database> database);
  // Aborts what is open.
  ~Interpreter();

  Database& database() { return *database_; }

  // Begins a transaction (mode and durability as in the protocol's BEGIN).
  // Result: a handle above 0. Errors: invalid_argument.
  Result<uint32_t> begin(uint32_t mode, uint32_t durability);
  Result<uint32_t> begin_upgrade(uint64_t version);
  // Whether the handle's transaction takes further calls.
  bool is_open(uint32_t handle) const { return find(handle) != nullptr; }

  // Executes commands, and appends their replies for `to`. A failed command without a request id,
  // or one whose end is unknown, aborts the transaction: ERROR and ABORTED are appended.
  // Result: the bytes consumed, all but behind a CREATE_INDEX that has to be backfilled first.
  size_t execute(uint32_t handle, ReplyAddress to, std::string_view commands);

  // The index that waits for BACKFILL commands, {"store":…,"index":{…}}; empty when none does.
  std::string backfill(uint32_t handle) const;
  void end_backfill(uint32_t handle);

  // Ends a transaction: it will be part of the next commit_staged(). One that waits for a backfill
  // is aborted.
  void stage_commit(uint32_t handle, ReplyAddress to);
  // Commits all staged ones as a group, and appends COMMITTED or ABORTED for each.
  // Result: the first failure.
  Status commit_staged();
  // Ends a transaction without a trace and appends ABORTED. `reason` is ok when the page asked for
  // it.
  void abort(uint32_t handle, ReplyAddress to, const Status& reason);
  // Aborts everything, staged or not, without a reply.
  void abort_all();

  // The replies since clear_replies(). Valid until the next call.
  std::string_view replies() const { return replies_.replies(); }
  void clear_replies();
  // From now on, replies that grow large are handed over while they are made, each time some more
  // of them; replies() has what comes behind.
  void set_reply_sink(ReplySink sink) { replies_.set_sink(sink); }

 private:
  struct Command {
    protocol::Operation operation;
    uint32_t flags;
    uint32_t request;
    uint32_t source;
    std::string_view body;
  };

  struct Open {
    uint32_t handle;
    uint32_t waiting_index;  // 0: none
    std::unique_ptr<Transaction> transaction;
  };

  struct Staged {
    std::unique_ptr<Transaction> transaction;
    ReplyAddress to;
  };

  const Open* find(uint32_t handle) const;
  Open* find(uint32_t handle);
  uint32_t add(std::unique_ptr<Transaction> transaction);
  std::unique_ptr<Transaction> take(uint32_t handle);

  // Executes one command and writes its reply's body.
  Status run(Open& open, const Command& command);
  Status put(Transaction& transaction, const Command& command);
  Status patch_key(CommandReader& in, uint32_t patches, double number, std::string_view& key);
  Status get(Transaction& transaction, const Command& command);
  Status get_all(Transaction& transaction, const Command& command);
  Status count(Transaction& transaction, const Command& command);
  Status remove(Transaction& transaction, const Command& command);
  Status scan(Transaction& transaction, const Command& command);
  Status create_store(Transaction& transaction, const Command& command);
  Status rename(Transaction& transaction, const Command& command);
  Status create_index(Open& open, const Command& command);
  Status backfill_records(Open& open, const Command& command);
  Status add_piece(Transaction& transaction, const Command& command);

  std::unique_ptr<Database> database_;
  std::vector<Open> open_;
  std::vector<Staged> staged_;
  uint32_t last_handle_ = 0;
  ReplyWriter replies_;
  // Scratch space, kept for its capacity.
  std::vector<IndexKey> index_keys_;
  std::vector<uint32_t> patch_offsets_;
  std::string patched_;
  std::string values_;
};

}  // namespace flowdb
