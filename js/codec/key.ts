// Keys as the page handles them: a value is converted once (IndexedDB, "convert a value to a key"),
// and what comes out can be compared, encoded and turned back into a value.
// https://w3c.github.io/IndexedDB/#key-construct

/**
 * A key: a number (no NaN, no -0) or a string as itself, so that the common keys cost nothing;
 * dates, binary keys and arrays as their bytes.
 */
export type Key = number | string | EncodedKey;

/** A date, a binary key, an array, or a number that the key generator is still to give. */
export class EncodedKey {
  /**
   * @param bytes as in src/document/FORMAT.md
   * @param patches where in `bytes` the key generator's number (8 bytes) is to be put
   */
  constructor(
    readonly bytes: Uint8Array<ArrayBuffer>,
    readonly patches: readonly number[] = [],
  ) {}
}

/** First bytes of encoded keys, in the order of the kinds. */
export const KeyTag = {
  end: 0x00,
  number: 0x10,
  date: 0x20,
  string: 0x30,
  binary: 0x40,
  array: 0x50,
} as const;

/** How deep arrays may nest in a key. Deeper ones are no valid keys. */
export const KEY_DEPTH_MAX = 256;

/** The greatest time value of a Date, in milliseconds. */
export const TIME_MAX = 8.64e15;

/**
 * Stands in a clone where the key generator's number will be. It has no properties of its own, as a
 * number has none, and shows itself in JSON text as a string that occurs nowhere else.
 */
class Generated {
  toJSON(): string {
    return GENERATED_TEXT;
  }
}

/** A string that no application can know. */
export const GENERATED_TEXT = Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) =>
  word.toString(36),
).join('-');

/** The placeholder in a clone, see `injectGenerated`. */
export const GENERATED: object = Object.freeze(new Generated());

/** The key that the placeholder converts to. */
export const GENERATED_KEY = new EncodedKey(
  Uint8Array.of(KeyTag.number, 0, 0, 0, 0, 0, 0, 0, 0),
  [1],
);
