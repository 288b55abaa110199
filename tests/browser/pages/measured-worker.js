// FlowDB's worker, which also says how large its heap is: to each message on the channel 'heap' it
// answers with the bytes.
let memory;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const result = await instantiate.apply(WebAssembly, given);
  const { exports } = result.instance ?? result;
  memory = Object.values(exports).find((one) => one instanceof WebAssembly.Memory);
  return result;
};
const channel = new BroadcastChannel('heap');
channel.onmessage = ({ data }) => {
  if (data === 'size?') channel.postMessage(memory?.buffer.byteLength);
};
// What the page sends meanwhile must not be lost.
const early = [];
const keep = (event) => early.push(event);
self.addEventListener('message', keep);
await import('/dist/worker.js');
self.removeEventListener('message', keep);
for (const { data } of early) self.dispatchEvent(new MessageEvent('message', { data }));
