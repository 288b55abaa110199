// Insertion sort against the library's.
#include "util/insertion_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace flowdb {
namespace {

TEST(InsertionSort, SortsLikeTheLibrary) {
  std::mt19937 random(3);
  for (size_t size = 0; size < 60; ++size) {
    std::vector<unsigned> found(size);
    for (unsigned& one : found) one = static_cast<unsigned>(random() % 40);
    std::vector<unsigned> expected = found;
    std::sort(expected.begin(), expected.end());
    insertion_sort(found);
    EXPECT_EQ(found, expected);
  }
}

TEST(InsertionSort, KeepsTheOrderOfEqualElements) {
  std::vector<std::pair<int, int>> found{{2, 0}, {1, 1}, {2, 2}, {1, 3}, {0, 4}};
  insertion_sort(found, [](const auto& a, const auto& b) { return a.first < b.first; });
  const std::vector<std::pair<int, int>> expected{{0, 4}, {1, 1}, {1, 3}, {2, 0}, {2, 2}};
  EXPECT_EQ(found, expected);
}

TEST(InsertionSort, MovesNothingThatIsSorted) {
  std::vector<int> found{1, 2, 2, 3, 5};
  int comparisons = 0;
  insertion_sort(found, [&](int a, int b) {
    ++comparisons;
    return a < b;
  });
  EXPECT_EQ(comparisons, 4);
}

}  // namespace
}  // namespace flowdb
