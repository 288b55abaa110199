// Where recovery of the log fixtures begins, as the manifest beside them would say.
#pragma once

#include "wal/log.h"

namespace flowdb {

inline constexpr LogPosition kFixturePosition{0x1122334455667788, 0x99aabbcc, 4096, 4096 + 8192};

}  // namespace flowdb
