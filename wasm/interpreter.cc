// The table of open transactions, the loop over commands, and the ends of transactions.
#include "interpreter.h"

#include <algorithm>

#include "util/coding.h"

namespace flowdb {

using protocol::Operation;

namespace {

uint32_t known_flags(Operation operation) {
  switch (operation) {
    case Operation::put:
      return protocol::kPutNoOverwrite | protocol::kPutGenerateKey | protocol::kPutInPieces;
    case Operation::get:
    case Operation::scan:
      return protocol::kKeyOnly;
    case Operation::create_store:
      return protocol::kStoreAutoIncrement;
    case Operation::create_index:
      return protocol::kIndexUnique | protocol::kIndexMultiEntry;
    default:
      return 0;
  }
}

}  // namespace

Interpreter::Interpreter(std::unique_ptr<Database> database) : database_(std::move(database)) {}

Interpreter::~Interpreter() { abort_all(); }

Result<uint32_t> Interpreter::begin(uint32_t mode, uint32_t durability) {
  if (mode > static_cast<uint32_t>(TransactionMode::readwrite)) {
    return Status::invalid_argument("mode: unknown");
  }
  if (durability > 2) return Status::invalid_argument("durability: unknown");
  return add(database_->begin(static_cast<TransactionMode>(mode),
                              durability == 2 ? Durability::strict : Durability::relaxed));
}

Result<uint32_t> Interpreter::begin_upgrade(uint64_t version) {
  FLOWDB_ASSIGN_OR_RETURN(auto transaction, database_->begin_upgrade(version));
  return add(std::move(transaction));
}

uint32_t Interpreter::add(std::unique_ptr<Transaction> transaction) {
  open_.push_back({++last_handle_, 0, std::move(transaction)});
  return last_handle_;
}

const Interpreter::Open* Interpreter::find(uint32_t handle) const {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [&](const Open& open) { return open.handle == handle; });
  return found == open_.end() ? nullptr : &*found;
}

Interpreter::Open* Interpreter::find(uint32_t handle) {
  return const_cast<Open*>(static_cast<const Interpreter*>(this)->find(handle));
}

std::unique_ptr<Transaction> Interpreter::take(uint32_t handle) {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [&](const Open& open) { return open.handle == handle; });
  if (found == open_.end()) return nullptr;
  std::unique_ptr<Transaction> transaction = std::move(found->transaction);
  open_.erase(found);
  return transaction;
}

// For each command: (1) its frame is checked; without one nothing behind it can be read. (2) It
// runs and writes its reply. (3) A failure replaces the reply; one that nobody waits for ends the
// transaction.
size_t Interpreter::execute(uint32_t handle, ReplyAddress to, std::string_view commands) {
  Open* const open = find(handle);
  if (open == nullptr) return commands.size();
  size_t at = 0;
  while (at < commands.size()) {
    const std::string_view rest = commands.substr(at);
    uint32_t length = 0;
    if (rest.size() >= protocol::kCommandHeaderBytes) length = load_le<uint32_t>(rest.data() + 4);
    if (length < protocol::kCommandHeaderBytes || length % 4 != 0 || length > rest.size()) {
      const Status status = Status::invalid_argument("malformed command: its length is wrong");
      replies_.error(to, 0, status);
      abort(handle, to, status);
      return commands.size();
    }
    at += length;
    const uint32_t word = load_le<uint32_t>(rest.data());
    const Command command{
        static_cast<Operation>(word & 0xff), word >> 8, load_le<uint32_t>(rest.data() + 8),
        load_le<uint32_t>(rest.data() + 12),
        rest.substr(protocol::kCommandHeaderBytes, length - protocol::kCommandHeaderBytes)};
    const uint32_t waiting_before = open->waiting_index;
    replies_.begin(protocol::ReplyKind::ok, to, command.request);
    const Status status = run(*open, command);
    if (status.is_ok() && command.request != 0) {
      replies_.end();
    } else {
      replies_.drop();
    }
    if (!status.is_ok()) {
      replies_.error(to, command.request, status);
      if (command.request == 0) {
        abort(handle, to, status);
        return commands.size();
      }
    }
    if (open->waiting_index != waiting_before) break;
  }
  return at;
}

Status Interpreter::run(Open& open, const Command& command) {
  Transaction& transaction = *open.transaction;
  if (open.waiting_index != 0 && command.operation != Operation::scan &&
      command.operation != Operation::backfill) {
    return Status::invalid_argument("an index has to be backfilled first");
  }
  if ((command.flags & ~known_flags(command.operation)) != 0) {
    return Status::invalid_argument("malformed command: flags: unknown");
  }
  switch (command.operation) {
    case Operation::put:
      return put(transaction, command);
    case Operation::get:
      return get(transaction, command);
    case Operation::get_all:
      return get_all(transaction, command);
    case Operation::count:
      return count(transaction, command);
    case Operation::remove:
      return remove(transaction, command);
    case Operation::scan:
      return scan(transaction, command);
    case Operation::create_store:
      return create_store(transaction, command);
    case Operation::rename:
      return rename(transaction, command);
    case Operation::create_index:
      return create_index(open, command);
    case Operation::backfill:
      return backfill_records(open, command);
    case Operation::piece:
      return add_piece(transaction, command);
    case Operation::clear:
    case Operation::delete_store:
    case Operation::delete_index:
      break;
    default:
      return Status::invalid_argument("malformed command: operation: unknown");
  }
  FLOWDB_RETURN_IF_ERROR(CommandReader(command.body).finish());
  switch (command.operation) {
    case Operation::clear:
      return transaction.clear(command.source);
    case Operation::delete_store:
      return transaction.delete_store(command.source);
    default:
      return transaction.delete_index(command.source);
  }
}

void Interpreter::stage_commit(uint32_t handle, ReplyAddress to) {
  const Open* const open = find(handle);
  if (open == nullptr) return;
  if (open->waiting_index != 0) {
    return abort(handle, to, Status::invalid_argument("a commit before an index was backfilled"));
  }
  staged_.push_back({take(handle), to});
}

Status Interpreter::commit_staged() {
  std::vector<Transaction*> group;
  for (const Staged& staged : staged_) group.push_back(staged.transaction.get());
  const std::vector<Status> outcomes = database_->commit(group);
  Status first;
  for (size_t i = 0; i < staged_.size(); ++i) {
    if (outcomes[i].is_ok()) {
      replies_.committed(staged_[i].to);
    } else {
      replies_.aborted(staged_[i].to, outcomes[i]);
      if (first.is_ok()) first = outcomes[i];
    }
  }
  staged_.clear();
  return first;
}

void Interpreter::abort(uint32_t handle, ReplyAddress to, const Status& reason) {
  if (take(handle) != nullptr) replies_.aborted(to, reason);
}

void Interpreter::clear_replies() {
  replies_.clear();
  if (values_.capacity() > kKeptBytesMax) values_ = std::string();
}

void Interpreter::abort_all() {
  open_.clear();
  staged_.clear();
}

}  // namespace flowdb
