// FramingSurvey: a walk over the records of a container that goes on behind what can't be read.
#pragma once

#include <functional>

#include "storage/checkpoint.h"
#include "storage/file.h"
#include "storage/record.h"

namespace flowdb {

class FramingSurvey {
 public:
  // `known`: tables of which it is known where they are; no record is looked for inside of them.
  FramingSurvey(File& file, uint64_t file_bytes, LiveTables known)
      : file_(file), size_(file_bytes), known_(std::move(known)) {}

  // Why the records can't be followed at `offset`: corruption, unsupported or io_error.
  using Stopped = std::function<void(uint64_t offset, const Status& status)>;

  // Calls `use` for each record from `begin` on that ends at `limit` at the latest, and `stopped`,
  // unless null, where there is none; then goes on at the next place where one is.
  void walk(uint64_t begin, uint64_t limit, const Stopped* stopped,
            const std::function<void(const ContainerRecord&)>& use) const;

  // Whether `offset` is where a file without superblocks may end: what stands there is cut short,
  // or zeros up to the file's end.
  bool is_torn_end(uint64_t offset) const;

 private:
  // Where the next record after `offset` is; `limit` when there is none.
  uint64_t resume(uint64_t offset, uint64_t limit) const;
  bool is_record(uint64_t offset, uint64_t limit) const;

  File& file_;
  const uint64_t size_;
  const LiveTables known_;
};

}  // namespace flowdb
