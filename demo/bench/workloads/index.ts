// All workloads, in the order of the table: first those that have a bar.
import type { Workload } from '../workload';
import * as indexes from './indexes';
import * as reads from './reads';
import * as removals from './removals';
import * as together from './together';
import * as values from './values';
import * as writes from './writes';

export const barred: readonly Workload[] = [
  writes.putTxEach,
  writes.strict,
  writes.bulkPut,
  writes.overwrite,
  reads.getTxEach,
  reads.getAwaited,
  reads.getPipelined,
  reads.getAll,
  reads.getAllKeys,
  reads.range,
  reads.cursor,
  indexes.index222,
  indexes.index40,
  indexes.indexCursor,
  reads.count,
  values.richPut,
  values.richGetAll,
  values.binaryPut,
  values.binaryGet,
  removals.deleteEach,
  removals.clear,
];

export const others: readonly Workload[] = [
  together.openWarm,
  writes.bulkPutNone,
  writes.bulkPutFour,
  reads.getAgain,
  reads.getAllCount,
  reads.cursorBack,
  indexes.indexCursorBack,
  indexes.countByIndex,
  removals.deleteRange,
  values.articlePut,
  values.articleQuery,
  together.mixed,
  together.concurrent,
];

export const workloads: readonly Workload[] = [...barred, ...others];
