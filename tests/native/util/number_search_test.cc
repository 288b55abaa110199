// A search among numbers ends where the library's does.
#include "util/number_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace flowdb {
namespace {

TEST(NumberSearchTest, EndsAtTheFirstThatIsNotBelow) {
  std::mt19937_64 random(7);
  for (size_t count = 0; count < 140; ++count) {
    for (const uint64_t range : {uint64_t{3}, uint64_t{200}, UINT64_MAX}) {
      std::vector<uint64_t> numbers(count);
      for (uint64_t& number : numbers) number = random() % range;
      std::sort(numbers.begin(), numbers.end());
      std::vector<uint64_t> wanted = {0, range, UINT64_MAX};
      for (const uint64_t number : numbers) {
        wanted.insert(wanted.end(), {number - 1, number, number + 1});
      }
      for (const uint64_t one : wanted) {
        const auto expected = std::lower_bound(numbers.begin(), numbers.end(), one);
        const char* const begin = reinterpret_cast<const char*>(numbers.data());
        ASSERT_EQ(first_not_below<sizeof one>(begin, count, one),
                  static_cast<size_t>(expected - numbers.begin()))
            << one << " among " << count << " below " << range;
      }
    }
  }
}

}  // namespace
}  // namespace flowdb
