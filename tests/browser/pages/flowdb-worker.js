// A worker of an application that uses the IndexedDB API: one import line more than without FlowDB.
const native = self.indexedDB;
await import('/dist/auto.js');
const { get, put } = await import('/programs/storage/notes.js');

await put(self.indexedDB, 'of a worker', 'note', { from: 'the worker', bytes: new Uint8Array([1, 2]) });
const note = await get(self.indexedDB, 'of a worker', 'note');
const names = (await self.indexedDB.databases()).map(({ name }) => name);
const isOwn = self.indexedDB !== native && (await native.databases()).every(({ name }) => name !== 'of a worker');
self.postMessage({ note, names, isOwn });
