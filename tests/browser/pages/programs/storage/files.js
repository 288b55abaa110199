// The files of the origin's only database, as bytes: read, written and taken apart. None of
// FlowDB's code is used, only what its format documents say.

const names = ['flow.db', 'flow.wal'];

async function folder() {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('flowdb');
  const folders = [];
  for await (const entry of root.values()) if (entry.kind === 'directory') folders.push(entry);
  if (folders.length !== 1) throw new Error(`there are ${folders.length} databases`);
  return folders[0];
}

/**
 * @returns {Promise<Record<string, Uint8Array>>} the files' contents by name; no one may have them
 * open
 */
export async function readFiles() {
  const database = await folder();
  const files = {};
  for (const name of names) {
    const file = await (await database.getFileHandle(name)).getFile();
    files[name] = new Uint8Array(await file.arrayBuffer());
  }
  return files;
}

/** @returns {Promise<number>} a file's size in bytes, which may be asked for while it is open */
export async function sizeOf(name) {
  return (await (await (await folder()).getFileHandle(name)).getFile()).size;
}

/** Puts these contents in the place of the files'. */
export async function writeFiles(files) {
  const database = await folder();
  for (const name of names) {
    const stream = await (await database.getFileHandle(name, { create: true })).createWritable();
    await stream.write(files[name]);
    await stream.close();
  }
}

/** A copy with one bit turned over. */
export function flipped(bytes, offset, bit = 3) {
  const copy = bytes.slice();
  if (offset < 0
    || offset >= copy.length) throw new Error(`${offset} is outside of ${copy.length} bytes`);
  copy[offset] ^= 1 << bit;
  return copy;
}

/** Where things stand in a container, by src/storage/FORMAT.md: offsets by name. */
export function containerParts(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slots = [512, 2048].map((offset) => ({
    offset,
    isThere: view.getUint8(offset) !== 0,
    generation: view.getBigUint64(offset + 24),
    checkpoint: Number(view.getBigUint64(offset + 56)),
    checkpointLength: Number(view.getBigUint64(offset + 64)),
  }));
  const [newest, older] = slots.sort((a, b) => (a.generation < b.generation ? 1 : -1));
  const tables = [];
  const count = view.getUint32(newest.checkpoint + 9);
  for (let i = 0; i < count; i += 1) {
    const entry = newest.checkpoint + 13 + 20 * i;
    tables.push(tableParts(view, Number(view.getBigUint64(entry + 4)),
      Number(view.getBigUint64(entry + 12))));
  }
  return { newest, older, tables };
}

// By src/sst/FORMAT.md.
function tableParts(view, offset, length) {
  const footer = offset + length - 64;
  const block = (at) => offset + Number(view.getBigUint64(footer + at, true));
  return { record: offset - 13, data: offset, footer, properties: block(8), index: block(20),
    filter: block(32) };
}

/** The offsets of a log's frames, by src/wal/FORMAT.md, and the log's end. */
export function logFrames(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames = [];
  let at = 4096;
  while (at + 24 <= bytes.length) {
    const type = view.getUint8(at + 8);
    if (type !== 1 && type !== 2) break;
    frames.push(at);
    at += 24 + Math.ceil(view.getUint32(at + 4, true) / 8) * 8;
  }
  return { frames, end: at };
}
