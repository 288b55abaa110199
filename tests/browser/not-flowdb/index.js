// In the place of the package: what calls itself FlowDB is the browser's own.
const { indexedDB, IDBKeyRange } = globalThis;
const channelCounts = { messagesSent: 0 };
export const FlowDB = {
  open: async () => ({ indexedDB, IDBKeyRange, channelCounts, close: async () => {} }),
};
