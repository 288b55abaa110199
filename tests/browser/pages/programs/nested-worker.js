// A dedicated worker of the application's own, which imports FlowDB as a page does.
import '/dist/auto.js';

const request = indexedDB.open('in a worker', 1);
request.onupgradeneeded = () => request.result.createObjectStore('s').put('value', 'key');
request.onerror = () => postMessage(request.error.message);
request.onsuccess = () => {
  const get = request.result.transaction('s').objectStore('s').get('key');
  get.onsuccess = () => postMessage([get.result, get instanceof IDBRequest]);
};
