// The smallest use of a database: a note put and read.
import { ended, result } from '../compared/steps.js';

async function open(indexedDB, name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore('notes');
  return result(request);
}

/** Puts a note and closes the database. */
export async function put(indexedDB, name, key, note) {
  const db = await open(indexedDB, name);
  const tx = db.transaction('notes', 'readwrite');
  tx.objectStore('notes').put(note, key);
  const how = await ended(tx);
  db.close();
  if (how !== 'complete') throw new Error(how);
}

/** Reads a note and closes the database. */
export async function get(indexedDB, name, key) {
  const db = await open(indexedDB, name);
  const note = await result(db.transaction('notes').objectStore('notes').get(key));
  db.close();
  return note;
}

/** Opens a database and keeps it open. */
export function hold(indexedDB, name) {
  return open(indexedDB, name);
}

/** What an error is, for a test outside of the page. */
export function told(error, { FlowDBError }) {
  return {
    isTyped: error instanceof FlowDBError && error instanceof DOMException,
    name: error.name,
    reason: error.reason,
    message: error.message,
  };
}
