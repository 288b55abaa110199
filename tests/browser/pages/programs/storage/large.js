// A value and a transaction larger than the worker's heap may grow.
import { result } from '../compared/steps.js';

const mebibyte = 1 << 20;

/** How large the worker's heap is, in bytes. */
export function heapBytes() {
  const channel = new BroadcastChannel('heap');
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      channel.close();
      resolve(data);
    };
    channel.postMessage('size?');
  });
}

function open(indexedDB) {
  const request = indexedDB.open('large', 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('values');
    const records = request.result.createObjectStore('records', { keyPath: 'id' });
    records.createIndex('group', 'group');
  };
  return result(request);
}

function ended(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}

// Of bytes that do not repeat, quickly: each 64 KiB begins with its number.
function valueOf(bytes) {
  const value = new Uint8Array(bytes);
  let state = 1;
  for (let i = 0; i < 65536; i++) value[i] = state = (state * 75 + 74) % 65537;
  for (let at = 65536; at < bytes; at += 65536) {
    value.copyWithin(at, 0, Math.min(65536, bytes - at));
    new DataView(value.buffer).setUint32(Math.min(at, bytes - 4), at);
  }
  return value;
}

async function hash(value) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', value));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Stores a value of so many bytes. @returns {Promise<string>} its hash */
export async function storeValue({ indexedDB }, bytes) {
  const db = await open(indexedDB);
  const value = valueOf(bytes);
  const transaction = db.transaction('values', 'readwrite');
  transaction.objectStore('values').put(value, 'large');
  await ended(transaction);
  db.close();
  return hash(value);
}

/** @returns {Promise<string>} the hash of what is stored */
export async function hashOfStored({ indexedDB }) {
  const db = await open(indexedDB);
  const value = await result(db.transaction('values').objectStore('values').get('large'));
  db.close();
  return hash(value);
}

const recordBytes = 1000;

function recordOf(id) {
  return { id, group: id % 1000, text: String(id).padEnd(recordBytes, `${id} and so on `) };
}

/** Puts so many mebibytes of records in one transaction. @returns {Promise<number>} how many */
export async function storeRecords({ indexedDB }, mebibytes) {
  const db = await open(indexedDB);
  const count = Math.floor((mebibytes * mebibyte) / recordBytes);
  const transaction = db.transaction('records', 'readwrite');
  const done = ended(transaction);
  const store = transaction.objectStore('records');
  // A part at a time, as a page that does not hold all of it would.
  const partRecords = 2000;
  for (let id = 0; id < count; ) {
    let last;
    for (const end = Math.min(count, id + partRecords); id < end; id++) last = store.put(recordOf(id));
    await result(last);
  }
  await done;
  db.close();
  return count;
}

/** @returns {Promise<string[]>} what is wrong with the stored records */
export async function checkRecords({ indexedDB, IDBKeyRange }, count) {
  const db = await open(indexedDB);
  const store = db.transaction('records').objectStore('records');
  const problems = [];
  const stored = await result(store.count());
  if (stored !== count) problems.push(`${stored} records instead of ${count}`);
  for (const id of [0, 1, Math.floor(count / 2), count - 1]) {
    const record = await result(store.get(id));
    if (JSON.stringify(record) !== JSON.stringify(recordOf(id))) problems.push(`record ${id}`);
  }
  const ofGroup = await result(store.index('group').getAllKeys(IDBKeyRange.only(7)));
  const expected = Math.ceil((count - 7) / 1000);
  if (ofGroup.length !== expected) problems.push(`${ofGroup.length} of a group, not ${expected}`);
  db.close();
  return problems;
}
