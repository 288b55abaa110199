// Clones to bytes: JSON text or the tagged binary form, see FORMAT.md.
import type { ByteWriter } from './byte-writer';
import { arrayPrototype, stringify } from './intrinsics';
import { GENERATED_TEXT } from './key';
import type { StorableClone } from './storable-clone';
import { encodeTagged } from './tagged-encoder';

/** The kinds of stored values. */
export const ValueKind = { json: 0, tagged: 1 } as const;
export type ValueKind = (typeof ValueKind)[keyof typeof ValueKind];

/** The contents of the Blobs of a clone, as `readBlobs` gives them. */
export type BlobContents = ReadonlyMap<Blob, Uint8Array>;

export const noBlobs: BlobContents = new Map();

/** What `encodeClone` wrote. */
export interface EncodedValue {
  readonly kind: ValueKind;
  /**
   * Where, in bytes from the value's start, the key generator's number is to be put: its decimal
   * text inserted (JSON), or its 8 bytes written over the ones there (tagged). -1: nowhere.
   */
  readonly injectionAt: number;
}

const placeholder = `"${GENERATED_TEXT}"`;

/**
 * Appends a clone's bytes.
 * @param blobs holds the contents of all of `clone.blobs`
 * @throws RangeError when the text or the buffer is larger than the platform can make; what was
 *   written is then behind `writer.length` as it was before
 */
export function encodeClone(
  clone: StorableClone,
  writer: ByteWriter,
  blobs: BlobContents = noBlobs,
): EncodedValue {
  const start = writer.length;
  try {
    // A toJSON on the prototypes of objects and arrays would change the text.
    if (!clone.json || 'toJSON' in arrayPrototype) {
      return { kind: ValueKind.tagged, injectionAt: encodeTagged(clone.value, writer, blobs) };
    }
    const text = stringify(clone.value) as string;
    return { kind: ValueKind.json, injectionAt: writeJson(text, writer) };
  } catch (error) {
    writer.length = start;
    throw error;
  }
}

function writeJson(text: string, writer: ByteWriter): number {
  const start = writer.length;
  const at = text.indexOf(placeholder);
  if (at < 0) {
    writer.utf8(text);
    return -1;
  }
  writer.utf8(text.slice(0, at));
  const injectionAt = writer.length - start;
  writer.utf8(text.slice(at + placeholder.length));
  return injectionAt;
}

/**
 * Reads the Blobs of a clone.
 * @returns rejects when one can't be read, e.g. because its file has changed: the transaction
 *   aborts
 */
export async function readBlobs(blobs: readonly Blob[]): Promise<BlobContents> {
  const read = async (blob: Blob) => [blob, new Uint8Array(await blob.arrayBuffer())] as const;
  return new Map(await Promise.all(blobs.map(read)));
}
