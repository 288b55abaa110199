// The file `name` in a database's directory: what databases() shows, readable while another
// context has the container open. Its first line is the database's name, each further line a
// version, the last one counting; every line is JSON. Lines are only ever appended, so a crash
// loses at most the last, unfinished one; the next open compares and appends it again. A version
// line is a few bytes and is written per upgrade, so the file is never cut.
import type { Listed, SyncHandle } from './storage';
import { nameOf } from './storage';

export const catalogueFile = 'name';

/** A file is written to once per upgrade: more attempts than a few meet something else. */
const attemptsMax = 16;

/** What a catalogue file says; undefined when not even its name was written whole. */
export function parseCatalogue(text: string): Listed | undefined {
  const lines = text.split('\n').slice(0, -1);
  const name = jsonOf(lines[0]);
  if (typeof name !== 'string') return undefined;
  const version = lines.slice(1).map(jsonOf).filter(isVersion).at(-1) ?? 0;
  return { name, version };
}

/**
 * Appends what is missing so that the file says this. An unfinished line of a crashed writer is
 * overwritten.
 * @param handle the file, open
 */
export function writeCatalogue(handle: SyncHandle, wanted: Listed): void {
  const bytes = new Uint8Array(handle.getSize());
  handle.read(bytes, { at: 0 });
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const said = parseCatalogue(text);
  if (said?.name === wanted.name && said.version === wanted.version) return;
  const whole = said?.name === wanted.name ? bytes.lastIndexOf(0x0a) + 1 : 0;
  const line = whole === 0 ? `${JSON.stringify(wanted.name)}\n` : '';
  const added = new TextEncoder().encode(`${line}${wanted.version}\n`);
  handle.truncate(whole);
  handle.write(added, { at: whole });
  handle.flush();
}

/** What a directory says, without opening its database; undefined: nothing yet. */
export async function readCatalogue(folder: FileSystemDirectoryHandle): Promise<Listed | undefined> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    try {
      const file = await (await folder.getFileHandle(catalogueFile)).getFile();
      return parseCatalogue(await file.text());
    } catch (error) {
      // Chromium does not read a file that was written to since it was looked up. Else no version
      // was ever committed here, or the database is being deleted just now.
      if (nameOf(error) !== 'NotReadableError') return undefined;
    }
  }
  return undefined;
}

function jsonOf(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch {
    return undefined;
  }
}

function isVersion(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
