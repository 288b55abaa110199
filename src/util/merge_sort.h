// Merge sort, for long lists: stable, and linear on what is sorted. std::stable_sort takes several
// times the code in the WebAssembly module.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace flowdb {

namespace merge_sort_details {

// `spare` has room for the lower half.
template <typename T, typename Less>
void sort(T* begin, T* end, T* spare, const Less& comes_first) {
  if (end - begin < 2) return;
  T* const middle = begin + (end - begin) / 2;
  sort(begin, middle, spare, comes_first);
  sort(middle, end, spare, comes_first);
  if (!comes_first(*middle, middle[-1])) return;
  T* const lower_end = std::copy(begin, middle, spare);
  T* to = begin;
  T* upper = middle;
  for (const T* lower = spare; lower != lower_end; ++to) {
    const bool takes_upper = upper != end && comes_first(*upper, *lower);
    *to = takes_upper ? *upper++ : *lower++;
  }
}

}  // namespace merge_sort_details

// Sorts so that comes_first(b, a) holds for no a before b. Equal elements stay in their order.
// Copies elements, and takes memory for half of them meanwhile.
template <typename T, typename Less>
void merge_sort(std::vector<T>& elements, const Less& comes_first) {
  std::vector<T> spare(elements.size() / 2);
  T* const begin = elements.data();
  merge_sort_details::sort(begin, begin + elements.size(), spare.data(), comes_first);
}

}  // namespace flowdb
