// In a build without this library.
#include "store.h"

namespace flowdb::bench {

std::unique_ptr<Store> make_rocksdb_store() { return nullptr; }

}  // namespace flowdb::bench
