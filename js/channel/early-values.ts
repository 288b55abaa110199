// Values of answers that wait for their events. A page that asks for many records at once gets the
// answers in one message, and each call of the decoder and of the parser costs as much as a small
// value. So one call of each takes many.
import { append } from '../codec/intrinsics';
import { decodeJsonArray } from '../codec/value-decoder';
import type { Reply } from './reply-reader';

/** So many bytes of text at a time. */
export const earlyBytesMax = 64 * 1024;

const [comma, opening, closing] = [0x2c, 0x5b, 0x5d];
let scratch: Uint8Array | undefined;

/**
 * Decodes what several GETs have found, as far as it is JSON text: `value()` has it then. When not
 * all can be read, each is left to be read by itself, which tells whose the damage is. As in the
 * list of a GET_ALL, texts are trusted to be one value each, as they were encoded.
 * @param replies of which nothing was read
 */
export function decodeEarly(replies: readonly Reply[]): void {
  scratch ??= new Uint8Array(earlyBytesMax);
  const found: Reply[] = [];
  let at = 0;
  for (const reply of replies) {
    const text = reply.foundJson;
    if (text === undefined) continue;
    if (at + text.length + 2 > scratch.length) break;
    scratch[at] = at === 0 ? opening : comma;
    scratch.set(text, at + 1);
    at += 1 + text.length;
    append(found, reply);
  }
  if (found.length < 2) return;
  scratch[at++] = closing;
  let values: unknown[];
  try {
    values = decodeJsonArray(scratch.subarray(0, at));
  } catch {
    return;
  }
  if (values.length !== found.length) return;
  for (let i = 0; i < found.length; i++) (found[i] as Reply).early = values[i];
}
