// A worker that keeps lines of 64 bytes in an OPFS file through a synchronous access handle. Line
// n is filled with the byte n.
const lineBytes = 64;

async function openFile() {
  const folder = await navigator.storage.getDirectory();
  const file = await folder.getFileHandle('lines', { create: true });
  return file.createSyncAccessHandle();
}

// Appends lines until it is stopped from outside, or as many as wanted, and tells each one that
// was written.
async function append(count) {
  const handle = await openFile();
  for (let n = handle.getSize() / lineBytes, end = n + count; n < end; n++) {
    const written = handle.write(new Uint8Array(lineBytes).fill(n), { at: n * lineBytes });
    if (written !== lineBytes) throw new Error(`wrote ${written} bytes`);
    postMessage({ appended: n + 1 });
  }
  handle.flush();
  handle.close();
}

// Counts the lines, having looked at every byte.
async function count() {
  const handle = await openFile();
  const lines = Math.floor(handle.getSize() / lineBytes);
  const line = new Uint8Array(lineBytes);
  for (let n = 0; n < lines; n++) {
    handle.read(line, { at: n * lineBytes });
    if (line.some((byte) => byte !== n % 256)) throw new Error(`line ${n} is wrong`);
  }
  handle.close();
  return lines;
}

onmessage = async ({ data }) => {
  try {
    if (data.append !== undefined) await append(data.append);
    postMessage({ lines: await count() });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
