// Takes a data message of the page apart into its sections (js/channel/PROTOCOL.md). Trusts no
// length in it.
import { SECTION_HEADER_BYTES, SectionKind } from '../channel/protocol';

export interface Section {
  readonly kind: number;
  readonly connection: number;
  readonly transaction: number;
  /** What stands behind the header; a view of the message. */
  readonly body: Uint8Array;
}

/** The body of BEGIN. */
export interface Begin {
  readonly mode: number;
  readonly durability: number;
  readonly stores: number[];
}

const kinds: ReadonlySet<number> = new Set(Object.values(SectionKind));
const beginHeaderBytes = 12;

/**
 * @returns the sections in order, and what is wrong with the rest of the message, if anything: no
 *   section behind a broken one can be found
 */
export function readSections(message: ArrayBuffer): { sections: Section[]; problem?: string } {
  const view = new DataView(message);
  const sections: Section[] = [];
  for (let at = 0; at < message.byteLength; ) {
    const problem = checkHeader(view, at);
    if (problem !== undefined) return { sections, problem };
    const length = view.getUint32(at + 4, true);
    sections.push({
      kind: view.getUint32(at, true),
      connection: view.getUint32(at + 8, true),
      transaction: view.getUint32(at + 12, true),
      body: new Uint8Array(message, at + SECTION_HEADER_BYTES, length - SECTION_HEADER_BYTES),
    });
    at += length;
  }
  return { sections };
}

function checkHeader(view: DataView, at: number): string | undefined {
  const room = view.byteLength - at;
  if (room < SECTION_HEADER_BYTES) return `section at ${at}: ${room} bytes are no header`;
  const kind = view.getUint32(at, true);
  const length = view.getUint32(at + 4, true);
  if (!kinds.has(kind)) return `section at ${at}: kind ${kind}`;
  if (length < SECTION_HEADER_BYTES || length % 4 !== 0 || length > room) {
    return `section at ${at}: length ${length} of ${room}`;
  }
  return undefined;
}

/** @returns the body of BEGIN, or what is wrong with it */
export function readBegin(body: Uint8Array): Begin | string {
  if (body.length < beginHeaderBytes) return `BEGIN: ${body.length} bytes`;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const mode = view.getUint32(0, true);
  const durability = view.getUint32(4, true);
  const count = view.getUint32(8, true);
  if (mode > 1) return `BEGIN: mode ${mode}`;
  if (durability > 2) return `BEGIN: durability ${durability}`;
  const room = (body.length - beginHeaderBytes) / 4;
  if (count !== room) return `BEGIN: ${count} stores in the room of ${room}`;
  const stores: number[] = [];
  for (let at = beginHeaderBytes; at < body.length; at += 4) stores.push(view.getUint32(at, true));
  return { mode, durability, stores };
}
