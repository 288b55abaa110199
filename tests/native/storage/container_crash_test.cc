// The order of a container's writes against the crash model: the process killed at any byte, the
// power failing with any sectors lost, flushes that do nothing. After each the state before or
// after the step in progress is found.
#include <gtest/gtest.h>

#include "storage/bytes.h"
#include "storage/crash_recorder.h"
#include "storage/original.h"
#include "storage/stored_container.h"

namespace flowdb {
namespace {

// The calls of a run of steps, and what was acknowledged when.
struct Script {
  std::shared_ptr<FileCalls> calls = std::make_shared<FileCalls>();
  std::string initial;
  StoredState first;                // in it
  std::vector<size_t> ends;         // calls made when step i was acknowledged
  std::vector<StoredState> states;  // after step i

  // Runs the steps on a file that begins as `content`.
  void record(const std::string& content) {
    initial = content;
    if (!content.empty()) first.tables = original::contents(content);
    const Bytes bytes = std::make_shared<std::string>(content);
    std::unique_ptr<Container> container;
    const auto step = [&](const Status& status) {
      ASSERT_TRUE(status.is_ok()) << status.to_string();
      ends.push_back(calls->size());
      states.push_back(state_of(*container));
    };
    const auto reopen = [&] {
      auto opened = try_open(std::make_unique<RecordingFile>(bytes, calls, "flow.db"));
      ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
      container = std::move(opened).value();
      step(container->raise_epoch());
    };
    reopen();
    step(add_table(*container, 1, std::string(1300, '1'), {}, "m1"));
    step(container->write_sst(2, std::string(900, '2')));
    step(write_table(*container, 3, std::string(5000, '3')));
    step(container->apply({3}, {1}, std::string(700, 'm')));
    step(container->delete_sst(2));
    {
      auto writer = container->begin_table(4);
      step(writer.status());
      step(writer.value()->append(std::string(70'000, '4')));
    }
    reopen();  // behind a table that was begun and given up
    step(add_table(*container, 5, "five", {3}, "m5"));
    step(container->write_checkpoint());
    step(container->apply({}, {5}, "m6"));
  }

  // The step in progress at call `count`, or the one that ended with it.
  void expect_allowed(const std::string& image, size_t count, const std::string& what) const {
    size_t step = 0;
    while (step + 1 < ends.size() && ends[step] < count) ++step;
    const Bytes bytes = std::make_shared<std::string>(image);
    const auto opened = try_open(bytes);
    ASSERT_TRUE(opened.is_ok()) << what << ": " << opened.status().to_string();
    const StoredState found = state_of(*opened.value());
    const bool after = found == states[step];
    const bool before = found == (step == 0 ? first : states[step - 1]);
    ASSERT_TRUE(after || (before && ends[step] != count))
        << what << ", step " << step << ", manifest " << found.manifest.substr(0, 10);
    // What was recovered stays when it is written on.
    ASSERT_OK(add_table(*opened.value(), 90, "new", {}, "new"));
    StoredState expected = found;
    expected.tables[90] = "new";
    expected.manifest = "new";
    ASSERT_TRUE(state_of(*open(bytes)) == expected) << what;
    ASSERT_EQ(original::contents(*bytes), expected.tables) << what;
  }
};

std::string original_content() {
  std::string file = original::new_container();
  original::append_table(file, 50, std::string(1000, 'o'));
  return file;
}

class ContainerCrash : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    run.record(GetParam() ? original_content() : std::string());
    ASSERT_GT(run.calls->size(), 40u);
  }
  Script run;
};

TEST_P(ContainerCrash, TheProcessIsKilled) {
  for (size_t count = 0; count <= run.calls->size(); ++count) {
    killed_images(run.initial, *run.calls, count, [&](const std::string& image) {
      if (HasFatalFailure()) return;
      run.expect_allowed(image, count, "killed at call " + std::to_string(count));
    });
    if (HasFatalFailure()) return;
  }
}

TEST_P(ContainerCrash, ThePowerFails) {
  for (size_t count = 0; count <= run.calls->size(); ++count) {
    powerless_images(
        run.initial, *run.calls, count, [](size_t) { return true; }, count, 40,
        [&](const std::string& image) {
          if (HasFatalFailure()) return;
          run.expect_allowed(image, count, "power lost at call " + std::to_string(count));
        });
    if (HasFatalFailure()) return;
  }
}

TEST_P(ContainerCrash, ThePowerFailsAndEverySecondFlushHadDoneNothing) {
  std::vector<size_t> number(run.calls->size(), 0);  // of each flush
  size_t flushes = 0;
  for (size_t i = 0; i < number.size(); ++i) {
    if ((*run.calls)[i].kind == FileCall::Kind::sync) number[i] = flushes++;
  }
  for (size_t parity = 0; parity < 2; ++parity) {
    const auto works = [&](size_t i) { return number[i] % 2 == parity; };
    for (size_t count = 0; count <= run.calls->size(); ++count) {
      powerless_images(run.initial, *run.calls, count, works, count, 40,
                       [&](const std::string& image) {
                         if (HasFatalFailure()) return;
                         run.expect_allowed(image, count,
                                            "power lost at call " + std::to_string(count) +
                                                ", parity " + std::to_string(parity));
                       });
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ContainerCrash, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& original) {
                           return original.param ? "OfTheOriginal" : "OfOurs";
                         });

}  // namespace
}  // namespace flowdb
