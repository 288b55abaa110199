// Key generators (https://w3c.github.io/IndexedDB/#key-generator-construct). Their numbers are kept
// beside the overlay until the commit: a bulk of generated keys would write the same record again
// and again.
#include <cmath>

#include "document/engine_key.h"
#include "document/transaction.h"

namespace flowdb {

namespace {

constexpr double kLargestKey = 9007199254740992;  // 2^53
// What follows the largest key. 2^53 + 1 is no double, and the number is stored as one.
constexpr double kExhausted = 9007199254740994;

}  // namespace

Result<Transaction::Generator*> Transaction::generator(uint32_t store_id) {
  for (Generator& known : generators_) {
    if (known.store_id == store_id) return &known;
  }
  Generator loaded{store_id, 1, false};
  FLOWDB_ASSIGN_OR_RETURN(const bool stored, read(generator_record_key(store_id), old_record_));
  if (stored) {
    Reader in(old_record_);
    if (!in.le(loaded.next) || !in.at_end() || !(loaded.next >= 1 && loaded.next <= kExhausted)) {
      return Status(StatusCode::corruption, "flow.db: the generator record of store " +
                                                std::to_string(store_id) + " holds no number");
    }
  }
  generators_.push_back(loaded);
  return &generators_.back();
}

Result<double> Transaction::generated_key(uint32_t store_id) {
  FLOWDB_RETURN_IF_ERROR(check_writable());
  FLOWDB_ASSIGN_OR_RETURN(const StoreSchema* const target, store(store_id));
  if (!target->auto_increment) return Status::invalid_argument("the store has no key generator");
  FLOWDB_ASSIGN_OR_RETURN(const Generator* const state, generator(store_id));
  if (state->next > kLargestKey) return Status::constraint("the key generator is exhausted");
  return state->next;
}

void Transaction::move_generator(Generator& state, double key) {
  const double number = std::floor(std::fmin(key, kLargestKey));
  if (number < state.next) return;
  state.next = number < kLargestKey ? number + 1 : kExhausted;
  state.changed = true;
}

}  // namespace flowdb
