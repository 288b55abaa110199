// Reads bytes from front to back and trusts none of them: each read is checked against the end
// and throws a MalformedError that names the field. Integers are little-endian.
import { MalformedError } from './malformed-error';

export class ByteReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where the next read begins. */
  offset: number;
  /** Nothing is read at or behind this. */
  end: number;

  /** @param view of exactly `bytes`, where there is one already */
  constructor(
    bytes: Uint8Array,
    offset = 0,
    end = bytes.length,
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  ) {
    this.bytes = bytes;
    this.view = view;
    this.offset = offset;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  u8(field: string): number {
    const at = this.offset;
    // Which throws. All other bytes are read without a second call: a page's first ones are many.
    if (at >= this.end) this.take(1, field);
    this.offset = at + 1;
    return this.bytes[at] as number;
  }

  u32(field: string): number {
    return this.view.getUint32(this.take(4, field), true);
  }

  f64(field: string): number {
    return this.view.getFloat64(this.take(8, field), true);
  }

  /** LEB128, up to 2^53 - 1, in as few bytes as it takes. */
  varint(field: string): number {
    const start = this.offset;
    const first = this.u8(field);
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let factor = 0x80; ; factor *= 0x80) {
      const byte = this.u8(field);
      value += (byte & 0x7f) * factor;
      if (value > Number.MAX_SAFE_INTEGER) throw new MalformedError(field, start, 'is too large');
      if (byte < 0x80) {
        if (byte === 0) throw new MalformedError(field, start, 'is padded');
        return value;
      }
    }
  }

  /** The next `count` bytes, not copied: they live as long as the buffer. */
  subarray(count: number, field: string): Uint8Array {
    const at = this.take(count, field);
    return this.bytes.subarray(at, at + count);
  }

  /** Passes over `count` bytes and returns where they begin. */
  take(count: number, field: string): number {
    const at = this.offset;
    if (count > this.end - at) {
      throw new MalformedError(field, at, `needs ${count} bytes, ${this.end - at} are left`);
    }
    this.offset = at + count;
    return at;
  }
}
