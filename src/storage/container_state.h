// Container::State: what an open container knows, and the two steps that every change of it is made
// of: a record behind the last one, and a superblock that vouches for it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/checkpoint.h"
#include "storage/container.h"
#include "storage/free_space.h"
#include "storage/superblock.h"

namespace flowdb {

struct ContainerContent;

struct Container::State {
  std::unique_ptr<File> file;
  Superblock superblock;  // the newest one in the file; generation 0: none yet
  LiveTables tables;
  LiveTables finished;  // complete in the file, not yet added
  std::string manifest;
  bool changed = false;      // the tables are not those of the manifest
  uint64_t end = 0;          // of the last record that counts
  uint32_t records_crc = 0;  // of the records from the superblock's scan_begin() to `end`
  bool counting = false;     // some of these records change what the checkpoint says
  bool tail = true;          // bytes may stand behind `end`
  bool unflushed = false;    // what `end` takes in may not be durable yet
  bool writing = false;      // a TableWriter is open
  bool can_write = true;

  // Reuse of regions (space_plan.cc, region_use.cc).
  uint64_t region_bytes_min = kRegionBytesMin;
  bool reused = false;  // as in the superblock, from the next one on
  // May be written to: neither superblock refers to them, and each is framed by one filler.
  Regions free;
  // What was written to regions since the last commit, from a region's beginning to the end of the
  // record: becomes visible, as a filler, when that is durable.
  Regions covers;
  // The same of what is durable, but may be hidden still by the header that a crash has kept from
  // being rewritten: it is before the superblock of the first commit is written.
  Regions hidden;
  // A crash, or a failed write, may have left what is free framed in any way; until a commit has
  // framed it.
  bool framing_unknown = false;
  // The newest superblock may not be durable; until it was flushed, for the first commit.
  bool newest_unflushed = false;
  // All that the superblock refers to which is the newest as long as the first commit is not
  // durable: no header is written upon it.
  Regions older;
  // The file's end, when more is free in front of it that can't be cut off.
  uint64_t cut_short_at = 0;
  // Both superblocks have the same tables and the same checkpoint.
  bool settled = false;
  // Of tables that somebody reads, or has read, by the location that he was given.
  std::vector<std::weak_ptr<const TableLocation>> readers;

  // closed when an earlier failure has made what is stored unknown.
  Status check_writable() const;
  // The same, and invalid_argument while a table is being written.
  Status check_no_writer() const;
  // The same, and invalid_argument while finished tables wait: their headers are going to change,
  // so that no superblock may take their checksum.
  Status check_idle() const;
  // Cuts off what stands behind `end`. To be called before a record is written there: a shorter
  // record would else leave the rest of a longer one behind itself.
  Status cut_tail();
  // The same after a failed write, as far as the file lets it: the room is free, now or at the next
  // write.
  void drop_tail();
  // Takes what was written from `end` on, the gap and the record's header, for a record that
  // counts.
  void accept(std::string_view gap, std::string_view header, uint64_t new_end);
  // Writes a record behind the last one, the gap in front of it included. Result: its offset.
  Result<uint64_t> append_record(std::string_view record);
  // Flushes; a failure makes the container read-only.
  Status flush();

  // What the next commit makes of the file.
  struct Plan {
    Superblock next;
    const LiveTables* tables = nullptr;  // then; null: those of now
    bool keeps_free = false;             // nothing becomes free
    Regions free;                        // else: as the State's, once it is committed
    Regions framed;                      // must be one filler each before
    uint64_t file_end = 0;               // what stands behind is cut off then
    bool is_cut_short = false;           // a record in front of it can't be made a filler
    bool settles = false;                // the tables and the checkpoint stay
  };
  // A commit of the same tables and the same checkpoint. Errors: corruption, io_error.
  Status plan_superblock(Plan& plan);
  // Makes each of them one filler: writes its header.
  Status write_fillers(const Regions& regions);
  // (1) Frames what the plan says, and (2) writes the next superblock, which vouches for everything
  // up to the plan's end; each is to be flushed, twice. (3) What is true then. The caller changes
  // the tables.
  Status frame(const Plan& plan);
  Status write_superblock(const Plan& plan);
  void accept_commit(Plan& plan);
  // All of this, for a plan of the tables and the checkpoint as they are.
  Status commit(Plan plan);
  // Commits a change that the record in front of `end` tells of.
  Status commit_record(LiveTables next_tables);

  // A commit that is made in steps (container_commit.cc).
  struct Commit {
    enum class Step : uint8_t { tables, plan, plan_again, superblock, superblock_again };
    Step step = Step::plan;  // the next one
    Plan plan;
    bool has_checkpoint = true;  // else they stay, and the plan is made
    bool is_hidden = false;      // the checkpoint is in a region, behind its filler
    LiveTables tables;
    LiveTables named;  // of these, those that are new
    std::string manifest;
    bool changed = false;
  };
  std::unique_ptr<Commit> under_way;
  // Begins one with a checkpoint of what is given.
  void begin_checkpoint(LiveTables next_tables, std::string next_manifest, bool next_changed);
  // Begins one of a plan of the tables and the checkpoint as they are.
  void begin_superblock(Plan plan);
  // Makes the next step, with one flush at most. Result: whether it was the last.
  Result<bool> advance();
  // Makes all that are left.
  Status finish();
  // Writes the checkpoint, in a free region or behind everything else.
  Status write_checkpoint(Commit& commit);
  Status step(Commit& commit);
  // Reframes the table at `location`, so far a filler, as the table `id`.
  Status name_table(uint32_t id, const TableLocation& location);

  // At the opening, when everything else is known.
  void begin_reuse(const ContainerContent& content);
  // What the last commit let be seen may not have become durable with it.
  void find_hidden(const ContainerContent& content);
  // Completes a plan, of which `next` and `tables` are given: what neither these nor the superblock
  // of now refer to is free after it. Errors: corruption (a record that can't be read), io_error.
  Status plan_space(Plan& plan);
  // All that a plan must leave as it is.
  Regions in_use(const Plan& plan, bool keeps_records);
  // From how many bytes on a region is worth to be used again.
  uint64_t useful_bytes() const;
  // The lowest of the regions with room for a table of `bytes`; regions.size() when there is none.
  size_t fit_for_table(const Regions& regions, uint64_t bytes) const;
  // After a failure that leaves it open how they are framed, until the next commit finds them
  // again.
  void forget_free();
  // Takes the region out of `free` and begins to use regions again.
  Region take_region(size_t index);
  // Frames what stands behind a record that ends at `end` in a region up to `region_end`: the bytes
  // to write at `end`. What can be used again goes to `free`.
  std::string frame_rest(uint64_t end, uint64_t region_end);
  // Whether a commit would make a region free that takes a table of `bytes`, and none is: it is
  // begun then. Errors: corruption, io_error.
  Result<bool> begin_room(uint64_t bytes);
  // The region that takes a table of `bytes`; an empty one: none does. A commit that makes one free
  // is made. Errors as of commit().
  Result<Region> find_region(uint64_t bytes);
  // Where the last table ends that is live, or may be, or is read.
  uint64_t needed_end() const;
  // Where the last of `count` further checkpoints of the same tables would end in the lowest free
  // regions that take them; UINT64_MAX: none does.
  uint64_t end_of_checkpoints(uint64_t count) const;
};

}  // namespace flowdb
