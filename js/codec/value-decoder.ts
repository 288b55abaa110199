// Stored bytes to values, one at a time or a whole reply's at once.
import { parse } from './intrinsics';
import { MalformedError } from './malformed-error';
import { decodeTagged } from './tagged-decoder';
import { ValueKind } from './value-encoder';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes one value.
 * @param kind a `ValueKind`
 * @param bytes nothing of them is kept
 * @throws MalformedError when the bytes are not what an encoder writes, or of a kind not known here
 */
export function decodeValue(kind: number, bytes: Uint8Array): unknown {
  switch (kind) {
    case ValueKind.json:
      return parseBytes(bytes);
    case ValueKind.tagged:
      return decodeTagged(bytes);
    default:
      throw new MalformedError('value kind', 0, `${kind} is not known`);
  }
}

/**
 * Decodes the JSON text of an array, as replies have it: all values with one call of the decoder
 * and one of the parser.
 * @throws MalformedError
 */
export function decodeJsonArray(bytes: Uint8Array): unknown[] {
  const values = parseBytes(bytes);
  if (!Array.isArray(values)) throw new MalformedError('values', 0, 'are no array');
  return values;
}

function parseBytes(bytes: Uint8Array): unknown {
  try {
    return parse(utf8.decode(bytes));
  } catch (error) {
    throw new MalformedError('JSON text', 0, error instanceof Error ? error.message : 'is none');
  }
}

