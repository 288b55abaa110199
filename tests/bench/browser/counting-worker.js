// FlowDB's worker, which also counts: the calls of the files' handles and their bytes, the time that
// the engine's upkeep takes, slice by slice, and the heap. Answers on the channel 'counting'. What FlowDB itself
// does is not changed.
const counts = {
  reads: 0,
  bytesRead: 0,
  writes: 0,
  bytesWritten: 0,
  flushes: 0,
  /** Milliseconds that these took. */
  flushMs: 0,
  /** Milliseconds of upkeep, and of it those for tidying the container when all else is quiet. */
  upkeepMs: 0,
  tidyingMs: 0,
};
/** Milliseconds of each slice of upkeep, and of it those that a flush of a file took. */
const slices = [];
const memories = [];

// What was written needs upkeep, until the engine says that there is none left.
let isQuiet = true;
let isUpkeep = false;

const { prototype } = FileSystemSyncAccessHandle;
const { read, write, flush, truncate } = prototype;
prototype.read = function (...given) {
  const bytes = read.apply(this, given);
  counts.reads += 1;
  counts.bytesRead += bytes;
  return bytes;
};
prototype.write = function (...given) {
  const bytes = write.apply(this, given);
  counts.writes += 1;
  counts.bytesWritten += bytes;
  if (!isUpkeep) isQuiet = false;
  return bytes;
};
prototype.flush = function () {
  counts.flushes += 1;
  const start = performance.now();
  flush.call(this);
  counts.flushMs += performance.now() - start;
};
prototype.truncate = function (size) {
  if (!isUpkeep) isQuiet = false;
  return truncate.call(this, size);
};

/** What flow_maintain answers. */
const morePending = 1;

const instantiate = WebAssembly.instantiate.bind(WebAssembly);
WebAssembly.instantiate = async (...given) => {
  const { exports } = await instantiate(...given);
  if (typeof exports.flow_maintain !== 'function') throw new Error('there is no flow_maintain');
  memories.push(exports.memory);
  const flow_maintain = (it, budgetUs, tidies) => {
    isUpkeep = true;
    const flushedBefore = counts.flushMs;
    const start = performance.now();
    const answer = exports.flow_maintain(it, budgetUs, tidies);
    const ms = performance.now() - start;
    isUpkeep = false;
    counts.upkeepMs += ms;
    slices.push({ ms, flushMs: counts.flushMs - flushedBefore });
    if (tidies) counts.tidyingMs += ms;
    if (tidies && answer !== morePending) isQuiet = true;
    return answer;
  };
  return { exports: { ...exports, flow_maintain } };
};

// A database that was closed has no upkeep any more, although it was written to.
const longestMs = 2000;

const channel = new BroadcastChannel('counting');
const answer = () => {
  const heap = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  channel.postMessage({ ...counts, heap });
};
channel.onmessage = ({ data }) => {
  if (data === 'counts') return answer();
  if (data === 'slices') return channel.postMessage(slices);
  const latest = performance.now() + longestMs;
  const look = () => {
    if (isQuiet || performance.now() > latest) answer();
    else setTimeout(look, 5);
  };
  look();
};

// Messages that come while the worker's own script loads would be lost.
const early = [];
const keep = (event) => {
  early.push(event.data);
  event.stopImmediatePropagation();
};
self.addEventListener('message', keep);
await import('/dist/worker.js');
self.removeEventListener('message', keep);
for (const data of early) self.dispatchEvent(new MessageEvent('message', { data }));
