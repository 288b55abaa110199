// What is built in. The module for browsers has a limit of its size, and leaves out what nothing
// there calls; what it then meets in a file is refused as unsupported.
#pragma once

namespace flowdb {

// Removal of ranges of keys, expiry by a TTL, dropping tables that have expired, size-tiered
// compaction, a file for each table (storage/storage.h). Without: records that carry an expire_at
// expire all the same.
#if FLOWDB_FULL_ENGINE
inline constexpr bool kFullEngine = true;
#else
inline constexpr bool kFullEngine = false;
#endif

}  // namespace flowdb
