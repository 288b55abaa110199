// A buffer that grows, written from front to back. Keys, values and commands are encoded straight
// into it. Integers are little-endian unless a name says otherwise.

const encoder = new TextEncoder();
const varintBytesMax = 10;
const keptBytesMax = 4 * 1024 * 1024;

export class ByteWriter {
  /** What was written is in the first `length` of these. Replaced when the buffer grows. */
  bytes: Uint8Array<ArrayBuffer>;
  /** A view of the whole buffer; replaced with it. */
  view: DataView<ArrayBuffer>;
  /** Bytes written. May be set back, which drops what is behind. */
  length = 0;

  /** @param capacity bytes to begin with */
  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /**
   * Makes room behind `length`.
   * @param count bytes that may then be written to `bytes` directly
   * @returns `length`, which is left as it is
   */
  reserve(count: number): number {
    const needed = this.length + count;
    if (needed > this.bytes.length) {
      this.#replace(Math.max(needed, this.bytes.length * 2));
    }
    return this.length;
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
    this.length = at + 1;
  }

  u32(value: number): void {
    const at = this.reserve(4);
    this.view.setUint32(at, value, true);
    this.length = at + 4;
  }

  f64(value: number): void {
    const at = this.reserve(8);
    this.view.setFloat64(at, value, true);
    this.length = at + 8;
  }

  /** LEB128. REQUIRES: an integer, 0 to 2^53 - 1. */
  varint(value: number): void {
    let at = this.reserve(varintBytesMax);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[at++] = rest;
    this.length = at;
  }

  /** Copies `source`. */
  append(source: Uint8Array): void {
    const at = this.reserve(source.length);
    this.bytes.set(source, at);
    this.length = at + source.length;
  }

  /** The string in UTF-8, without its length; a lone surrogate becomes U+FFFD. */
  utf8(text: string): void {
    let rest = text;
    // Most text is ASCII: room for three bytes a unit is made only when one a unit was too little.
    this.reserve(text.length);
    for (;;) {
      const { read, written } = encoder.encodeInto(rest, this.bytes.subarray(this.length));
      this.length += written;
      if (read === rest.length) return;
      rest = rest.slice(read);
      this.reserve(rest.length * 3);
    }
  }

  /** Zeros up to the next multiple of four. */
  align4(): void {
    while (this.length % 4 !== 0) this.u8(0);
  }

  /** Writes over four bytes that were written before. */
  patchU32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  /** Forgets everything written, and gives up the buffer when it has become very large. */
  reset(): void {
    this.length = 0;
    if (this.bytes.length > keptBytesMax) this.#replace(keptBytesMax);
  }

  /** A copy of what was written from `start` on. */
  slice(start = 0): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(start, this.length);
  }

  #replace(capacity: number): void {
    const bytes = new Uint8Array(capacity);
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
