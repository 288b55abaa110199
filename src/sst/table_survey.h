// TableSurvey: what can still be read of one table, damaged or not. Where the parts that describe
// the data blocks are damaged, these are found by their checksums. Only reads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sst/block.h"
#include "sst/properties.h"
#include "sst/table_format.h"
#include "storage/file.h"
#include "storage/finding.h"
#include "util/range_removes.h"

namespace flowdb {

// Where a table's raw bytes are.
struct StoredTable {
  File* file = nullptr;
  uint32_t id = 0;
  TableLocation location;
};

class TableSurvey {
 public:
  struct DataBlock {
    BlockHandle handle;
    // What the index says of it; only when it has been read.
    bool is_described = false;
    std::string first_key;
    std::string last_key;
    int64_t min_ts = 0;
    int64_t max_ts = 0;
  };

  // Reads all but the data blocks; what is wrong is added to `findings`, which must outlive it, as
  // the file must.
  TableSurvey(const StoredTable& table, Findings& findings);

  uint32_t id() const { return table_.id; }
  // nullopt: damaged.
  const std::optional<Footer>& footer() const { return footer_; }
  const std::optional<TableProperties>& properties() const { return properties_; }
  // In the order of the table. With a damaged index, as far as their checksums lead.
  const std::vector<DataBlock>& blocks() const { return blocks_; }
  // Null, and a finding, when it can't be read.
  std::unique_ptr<Block> read_data_block(const DataBlock& block, BlockKind kind = BlockKind::data);
  // The payload of another block. nullopt, and a finding, when it can't be read.
  std::optional<ByteBuffer> read_payload(const BlockHandle& handle);
  // As far as they can be read.
  RangeRemoves read_range_removes();

  // Adds a finding; `offset` is relative to the table's first byte.
  void report(uint64_t offset, std::string what, std::string expected = {}, std::string found = {},
              StatusCode code = StatusCode::corruption);
  // Findings so far, other tables' included.
  size_t problems() const { return findings_.size(); }
  // Whether raw bytes from `offset` on are zeros, up to `end`.
  bool is_zero(uint64_t offset, uint64_t end);

 private:
  void read_footer();
  void read_properties(const BlockHandle& handle);
  bool read_index(const BlockHandle& handle);
  // Blocks one behind the other, from the table's first byte on, as far as checksums hold.
  std::vector<BlockHandle> find_blocks();
  std::optional<BlockHandle> find_block(uint64_t begin);
  void use_found_blocks();
  bool is_data(const BlockHandle& handle);

  const StoredTable table_;
  Findings& findings_;
  bool silent_ = false;  // while blocks are looked for
  std::optional<Footer> footer_;
  std::optional<TableProperties> properties_;
  std::vector<DataBlock> blocks_;
};

}  // namespace flowdb
