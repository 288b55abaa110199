// The crash tests prove themselves: with any of the rules broken that recovery depends on
// (util/rules.h), they find an image that does not recover.
#include "util/rules.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "crash/compacted_life.h"
#include "crash/directory_exploration.h"
#include "crash/document_life.h"
#include "crash/exploration.h"
#include "crash/shapes.h"
#include "crash/story.h"

namespace flowdb {
namespace {

constexpr const char* kRuleNames[] = {
#define FLOWDB_RULE_NAME(name) #name,
    FLOWDB_RULES(FLOWDB_RULE_NAME)
#undef FLOWDB_RULE_NAME
};

// Few images of each crash point, and many workloads.
constexpr Depth kShallow = {4, 8, 8, 5};
// The rarest takes a hundred thousand.
constexpr size_t kImagesMax = 400'000;

constexpr size_t kDocuments = kActivityNames.size();

// Workloads of each activity, and documents.
Exploration::MakeLife lives(size_t kind) {
  if (kind < kDocuments) return workloads(shape_for(static_cast<Activity>(kind)));
  return [](uint64_t seed) { return std::make_unique<DocumentLife>(seed, 60); };
}

// The kind of life that meets the broken rule most often; nullopt: all of them in turn.
std::optional<size_t> kind_of_broken_rule() {
  switch (broken_rule) {
    case Rule::log_failure_zeroed:
    case Rule::log_failure_flush:
    case Rule::log_failure_flush_again:
      return static_cast<size_t>(Activity::commit);
    case Rule::regions_kept_for_readers:
      return static_cast<size_t>(Activity::reuse);
    default:
      return std::nullopt;
  }
}

// The rules from this one on are those of databases that have a file for each table.
constexpr Rule kFirstOfDirectories = Rule::sst_flush;
// From this one on those of compact_file().
constexpr Rule kFirstOfCopies = Rule::copy_flush;

// What workloads meet only once in some hundred thousand images, or not at all: a kill and a power
// failure at certain places, one behind the other; a failed write of several commits of which the
// first is made again. Result: as explore().
std::string tell_story() {
  switch (broken_rule) {
    case Rule::newest_flush:
    case Rule::newest_flush_again:
      return lose_superblocks_that_were_seen();
    case Rule::hidden_shown_first:
      return lose_headers_beside_superblocks();
    case Rule::log_failure_epoch:
      return repeat_the_first_of_a_failed_write();
    case Rule::log_id_compared:
      return exchange_logs();
    case Rule::dropped_log_flush:
    case Rule::dropped_log_flush_again:
      return lose_a_clear();
    default:
      return {};
  }
}

std::string explore(uint64_t seed, size_t& images) {
  if (broken_rule >= kFirstOfCopies) {
    CompactedLife life(seed % 2 == 0);
    std::string problem = life.crash(16, 1000, images);
    return problem.empty() ? life.crash_behind(1000) : problem;
  }
  if (broken_rule >= kFirstOfDirectories) {
    DirectoryShape shape;
    shape.crashes = seed % 2 == 0 ? 0 : 3;
    DirectoryExploration exploration(shape);
    std::string problem = exploration.explore(seed, kShallow, SIZE_MAX);
    images += exploration.distinct();
    return problem;
  }
  Exploration exploration(lives(kind_of_broken_rule().value_or(seed % (kDocuments + 1))));
  std::string problem = exploration.explore(seed, std::nullopt, kShallow, SIZE_MAX);
  images += exploration.distinct();
  return problem;
}

class Rules : public testing::TestWithParam<size_t> {};

TEST_P(Rules, BreakingOneIsNoticed) {
  broken_rule = static_cast<Rule>(GetParam());
  std::string problem = tell_story();
  size_t images = 0;
  for (uint64_t seed = 0; problem.empty() && images < kImagesMax; ++seed) {
    problem = explore(seed, images);
  }
  broken_rule = Rule::count;
  std::printf("%zu images: %s\n", images, problem.c_str());
  EXPECT_FALSE(problem.empty()) << "nothing goes wrong without " << kRuleNames[GetParam()];
}

INSTANTIATE_TEST_SUITE_P(All, Rules, testing::Range(size_t{0}, static_cast<size_t>(Rule::count)),
                         [](const testing::TestParamInfo<size_t>& rule) {
                           return std::string(kRuleNames[rule.param]);
                         });

}  // namespace
}  // namespace flowdb
