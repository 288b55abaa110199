// Checks of what a caller configures.
#pragma once

#include "engine/engine.h"

namespace flowdb {

// Errors: invalid_argument, naming the first field that is outside of its range, and the range.
Status validate(const EngineOptions& options);

}  // namespace flowdb
