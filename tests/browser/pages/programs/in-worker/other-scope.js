// FlowDB in a shared or a service worker: what FlowDB.open says.
import { FlowDB, FlowDBError } from '/dist/index.js';
import { told } from '../storage/notes.js';

const opened = FlowDB.open().then(
  () => 'it can',
  (error) => told(error, { FlowDBError }),
);
const answer = async (port) => port.postMessage(await opened);
self.addEventListener('connect', ({ ports }) => answer(ports[0]));
self.addEventListener('message', (event) => event.waitUntil(answer(event.source)));
