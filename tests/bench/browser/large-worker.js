// FlowDB's worker, that tells how large its WebAssembly heap is when it is asked on a channel of
// its own.
const instantiate = WebAssembly.instantiate.bind(WebAssembly);
const memories = [];
WebAssembly.instantiate = async (...args) => {
  const made = await instantiate(...args);
  const { exports } = made.instance ?? made;
  memories.push(...Object.values(exports).filter((one) => one instanceof WebAssembly.Memory));
  return made;
};

const channel = new BroadcastChannel('heap');
channel.onmessage = ({ data }) => {
  if (data !== 'ask') return;
  channel.postMessage(memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0));
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
