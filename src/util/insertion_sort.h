// Insertion sort, for lists that are short or sorted but for a few elements: linear on what is
// sorted. std::sort takes ten times the code in the WebAssembly module, once for each element type.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace flowdb {

// Sorts so that comes_first(b, a) holds for no a before b. Equal elements stay in their order.
template <typename T, typename Less>
void insertion_sort(std::vector<T>& elements, Less comes_first) {
  for (size_t i = 1; i < elements.size(); ++i) {
    if (!comes_first(elements[i], elements[i - 1])) continue;
    T moved = std::move(elements[i]);
    size_t at = i;
    do {
      elements[at] = std::move(elements[at - 1]);
      --at;
    } while (at > 0 && comes_first(moved, elements[at - 1]));
    elements[at] = std::move(moved);
  }
}

template <typename T>
void insertion_sort(std::vector<T>& elements) {
  insertion_sort(elements, [](const T& a, const T& b) { return a < b; });
}

}  // namespace flowdb
