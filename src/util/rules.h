// Rules: every flush, every order of writes and every place that recovery depends on, by name. All
// of them hold, and the compiler drops the question; only in one library of the tests
// (FLOWDB_BREAK_RULES) each can be broken, to show that the crash tests notice it
// (tests/native/crash).
#pragma once

#include <cstdint>

namespace flowdb {

// X(name) for each of them.
#define FLOWDB_RULES(X)                                                                          \
  /* The container's creation: the header is flushed, twice, before the file gets its length; */ \
  X(creation_flush)                                                                              \
  X(creation_flush_again)                                                                        \
  X(creation_length_last)                                                                        \
  /* and its length before generation 2 is written, by whomever. */                              \
  X(creation_length_flushed)                                                                     \
  /* A commit: what a superblock vouches for is flushed, twice, before it, and it, twice, */     \
  /* before the next change. */                                                                  \
  X(commit_flush)                                                                                \
  X(commit_flush_again)                                                                          \
  X(superblock_flush)                                                                            \
  X(superblock_flush_again)                                                                      \
  /* What is free is framed as such, durably, before it is written to; */                        \
  X(regions_framed_first)                                                                        \
  /* what was written there shows itself with the superblock, when it is durable; */             \
  X(regions_shown_last)                                                                          \
  /* what a crash may have kept from showing itself does so before the next one. */              \
  X(hidden_shown_first)                                                                          \
  /* The file is cut behind the superblock that says where it ends. */                           \
  X(tail_cut_last)                                                                               \
  /* Nothing is left behind the last record that counts: the file never ends in slack. */        \
  X(tail_cut)                                                                                    \
  /* A table is framed as one only behind the superblock. */                                     \
  X(tables_named_last)                                                                           \
  /* Its header, which is rewritten in place, lies in one sector. */                             \
  X(headers_in_one_sector)                                                                       \
  /* What is left of a region behind a record is framed. */                                      \
  X(slack_framed)                                                                                \
  /* A region is used again when no superblock that may count and no reader refers to it. */     \
  X(regions_kept_for_superblock)                                                                 \
  X(regions_kept_for_readers)                                                                    \
  /* A superblock that an opening finds is flushed, twice, before its first commit. */           \
  X(newest_flush)                                                                                \
  X(newest_flush_again)                                                                          \
  /* The log: its header is flushed, twice, before a frame is written. */                        \
  X(log_header_flush)                                                                            \
  X(log_header_flush_again)                                                                      \
  /* It bears the id of the container, and no other container's log is taken for it. */          \
  X(log_id_compared)                                                                             \
  /* A strict commit is flushed. */                                                              \
  X(log_strict_flush)                                                                            \
  /* An opening begins a new epoch before its first append. */                                   \
  X(log_epoch_first)                                                                             \
  /* A failed write is overwritten, that is flushed, twice, and a new epoch begins. */           \
  X(log_failure_zeroed)                                                                          \
  X(log_failure_flush)                                                                           \
  X(log_failure_flush_again)                                                                     \
  X(log_failure_epoch)                                                                           \
  /* An extent is used again only behind the checkpoint that covers it. */                       \
  X(log_extents_kept)                                                                            \
  /* An owner raises the epoch, which is flushed, before it writes the log. */                   \
  X(epoch_raised_first)                                                                          \
  /* What the drop filter is sure of is flushed, twice, before a compaction drops by it. */      \
  X(dropped_log_flush)                                                                           \
  X(dropped_log_flush_again)                                                                     \
  /* At a close the log is cut behind the last checkpoint. */                                    \
  X(log_cut_last)                                                                                \
  /* Where each table is a file: it is flushed, twice, and its name, twice, before a */          \
  /* checkpoint names it; */                                                                     \
  X(sst_flush)                                                                                   \
  X(sst_flush_again)                                                                             \
  X(sst_name_flush)                                                                              \
  X(sst_name_flush_again)                                                                        \
  /* the checkpoint, twice, before it takes its place, and that, twice, before what is next; */  \
  X(checkpoint_file_flush)                                                                       \
  X(checkpoint_file_flush_again)                                                                 \
  X(checkpoint_name_flush)                                                                       \
  X(checkpoint_name_flush_again)                                                                 \
  /* A file stays as long as somebody reads the table; */                                        \
  X(sst_kept_for_readers)                                                                        \
  /* what is left of a commit is removed when that is durable. */                                \
  X(leftovers_removed_last)                                                                      \
  /* A copy's header is written behind the rest, which is flushed, twice, and it, twice, */      \
  /* before the copy takes the container's place; and that, twice. */                            \
  X(copy_flush)                                                                                  \
  X(copy_flush_again)                                                                            \
  X(copy_header_last)                                                                            \
  X(copy_header_flush)                                                                           \
  X(copy_header_flush_again)                                                                     \
  X(copy_name_flush)                                                                             \
  X(copy_name_flush_again)

enum class Rule : uint8_t {
#define FLOWDB_RULE_NAME(name) name,
  FLOWDB_RULES(FLOWDB_RULE_NAME)
#undef FLOWDB_RULE_NAME
      count
};

#ifdef FLOWDB_BREAK_RULES
// count: none.
inline Rule broken_rule = Rule::count;
inline bool holds(Rule rule) { return rule != broken_rule; }
#else
constexpr bool holds(Rule) { return true; }
#endif

}  // namespace flowdb
