// A library that keeps what it finds while it is loaded, as Dexie does.
const { indexedDB, IDBKeyRange } = globalThis;

/** A value by a key range, through what was kept. */
export async function roundTrip(value) {
  const request = indexedDB.open('captured', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('s').put(value, 7);
  await new Promise((resolve, reject) => {
    request.onsuccess = resolve;
    request.onerror = () => reject(request.error);
  });
  const get = request.result.transaction('s').objectStore('s').get(IDBKeyRange.lowerBound(7));
  await new Promise((resolve) => (get.onsuccess = resolve));
  request.result.close();
  return get.result;
}
