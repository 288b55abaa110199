// A key-value store for each database name: the least that shows whether data is there. Requests
// are handed to the test as promises; a failed one as an object with its name and reason.
import { FlowDB } from '/dist/index.js';

const importedAt = performance.now();
const times = {};
const flow = await FlowDB.open();
times.started = performance.now() - importedAt;

function outcome(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open(name, version) {
  const request = flow.indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    const { result: db } = request;
    if (!db.objectStoreNames.contains('values')) db.createObjectStore('values');
  };
  return outcome(request);
}

const described = (error) => ({ error: error.name, reason: error.reason, text: error.message });

globalThis.flow = {
  times,
  async put(name, key, value) {
    const start = performance.now();
    const db = await open(name);
    times.opened = performance.now() - start;
    const transaction = db.transaction('values', 'readwrite');
    transaction.objectStore('values').put(value, key);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    times.put = performance.now() - start;
    db.close();
    return 'done';
  },
  async get(name, key) {
    const db = await open(name);
    const value = await outcome(db.transaction('values').objectStore('values').get(key));
    db.close();
    return value;
  },
  /** Opens and stays open. */
  hold: (name, version) =>
    open(name, version).then(
      (db) => {
        (globalThis.held ??= []).push(db);
        db.onclose = () => (globalThis.lost = (globalThis.lost ?? 0) + 1);
        return { version: db.version };
      },
      described,
    ),
  async remove(name) {
    const event = await new Promise((resolve, reject) => {
      const request = flow.indexedDB.deleteDatabase(name);
      request.onsuccess = resolve;
      request.onerror = () => reject(request.error);
    });
    return [event.oldVersion, event.newVersion];
  },
  async databases() {
    const list = await flow.indexedDB.databases();
    return list.sort((a, b) => (a.name < b.name ? -1 : 1));
  },
  close: () => flow.close(),
};
