// Size-tiered compaction's choice, in place of the leveled one (compaction_picker.h): a pure
// function of the tables' sizes. It writes a record fewer times and keeps more old versions: while
// everything is merged, it is stored twice.
#pragma once

#include <cstddef>
#include <optional>

#include "engine/compaction_picker.h"

namespace flowdb {

// Tables stay in level 0, one a merge; what stands below (a full compaction, or a database that was
// leveled, has put it there) counts as one table, the oldest. The newest tables that follow each
// other in age are merged, at least `tables_min` of them, of which none is larger than all newer
// ones among them together. So there are never many more tables than `tables_min` for each doubling
// of the whole. nullopt: there are none such. REQUIRES: tables_min >= 2.
std::optional<CompactionPlan> pick_size_tiered(const Version& version, size_t tables_min);

// How many tables the next merge takes, as a share of `tables_min`; 0 when there is none.
double size_tiered_pressure(const Version& version, size_t tables_min);

}  // namespace flowdb
