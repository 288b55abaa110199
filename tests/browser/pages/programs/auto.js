// What an application has that only adds the import: it opens at once, and shows what it found.
import '/dist/auto.js';
import { roundTrip } from './captures.js';

const request = indexedDB.open('app', 3);
globalThis.roundTrip = roundTrip;
globalThis.opened = new Promise((resolve, reject) => {
  request.onupgradeneeded = () => request.result.createObjectStore('s');
  request.onsuccess = () => resolve(request.result.version);
  request.onerror = () => reject(request.error);
});
