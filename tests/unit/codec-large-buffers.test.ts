// Large buffers of a value that is put: they are not copied where no script can run before they are
// encoded, and nobody notices.
import { describe, expect, it } from 'vitest';
import { cloneForStorage } from '../../js/codec/storable-clone';
import { roundTrip } from './codec-values';

describe('large buffers', () => {
  const large = () => new Uint8Array(64 * 1024).fill(7);
  const isShared = (value: unknown, bytes: Uint8Array, found: (clone: never) => unknown) =>
    (found(cloneForStorage(value).value as never) as Uint8Array).buffer === bytes.buffer;

  it('are not copied where nothing can change them before they are encoded', () => {
    const bytes = large();
    const part = bytes.subarray(3, 9);
    expect(isShared(bytes, bytes, (clone) => clone)).toBe(true);
    expect(isShared({ id: 1, bytes, part }, bytes, (clone: { bytes: unknown }) => clone.bytes)).toBe(true);
    expect(roundTrip(bytes)).toStrictEqual(bytes);
    const both = roundTrip({ bytes, part }) as { bytes: Uint8Array; part: Uint8Array };
    expect(both).toStrictEqual({ bytes, part });
    expect(both.part.buffer).toBe(both.bytes.buffer);
  });

  it('are copied where they are a part of the value themselves', () => {
    const bytes = large();
    expect(cloneForStorage(bytes.buffer).value).not.toBe(bytes.buffer);
    const clone = cloneForStorage({ bytes, raw: bytes.buffer }).value as Record<string, unknown>;
    expect(clone['raw']).not.toBe(bytes.buffer);
    expect((clone['bytes'] as Uint8Array).buffer).toBe(clone['raw']);
  });

  it('are copied where they are small', () => {
    const bytes = new Uint8Array(64 * 1024 - 1);
    expect(isShared(bytes, bytes, (clone) => clone)).toBe(false);
  });

  it.each<[string, (bytes: Uint8Array) => [unknown, (clone: never) => unknown]]>([
    ['an object', (bytes) => [{ bytes, late: { get x() { return (bytes[0] = 1); } } },
      (clone: { bytes: unknown }) => clone.bytes]],
    ['a map', (bytes) => [new Map<number, unknown>([[1, bytes], [2, { get x() { return (bytes[0] = 1); } }]]),
      (clone: Map<number, unknown>) => clone.get(1)]],
    ['an array', (bytes) => [[bytes, { get x() { return (bytes[0] = 1); } }],
      (clone: unknown[]) => clone[0]]],
    ['an inner object', (bytes) => [{ inner: { bytes }, late: { get x() { return (bytes[0] = 1); } } },
      (clone: { inner: { bytes: unknown } }) => clone.inner.bytes]],
    ['what is hidden in a typed array', (bytes) => [
      { bytes, late: Object.defineProperty(Object.setPrototypeOf(new Uint8Array(1), Object.prototype),
        'x', { get: () => (bytes[0] = 1), enumerable: true }) as object },
      (clone: { bytes: unknown }) => clone.bytes]],
    ['what a getter adds to all objects', (bytes) => [{ bytes, get early() {
      Object.defineProperty(Object.prototype, 'all', {
        get() {
          delete (Object.prototype as Record<string, unknown>)['all'];
          return (bytes[0] = 1);
        },
        enumerable: true,
        configurable: true,
      });
      return 0;
    } }, (clone: { bytes: unknown }) => clone.bytes]],
    ['a proxy', (bytes) => [{ bytes, late: new Proxy({ x: 1 }, { get: () => (bytes[0] = 1) }) },
      (clone: { bytes: unknown }) => clone.bytes]],
  ])('are copied in front of what runs a script: %s', (_name, make) => {
    const bytes = large();
    const [value, found] = make(bytes);
    const copy = found(cloneForStorage(value).value as never) as Uint8Array;
    expect(bytes[0]).toBe(1);
    expect(copy[0]).toBe(7);
  });

  it('are what they are, whatever properties they have', () => {
    let calls = 0;
    const bytes = large();
    const properties = ['byteLength', 'resizable', 'maxByteLength', 'resize', 'constructor', 'slice'];
    for (const name of properties) {
      Object.defineProperty(bytes.buffer, name, { get: () => ++calls, configurable: true });
    }
    expect(roundTrip({ bytes, others: new Uint8Array(bytes.buffer, 8, 9) })).toStrictEqual({
      bytes: large(),
      others: large().subarray(8, 17),
    });
    for (const name of properties) {
      Object.defineProperty(bytes.buffer, name, { value: 70_000, configurable: true });
    }
    expect(roundTrip(bytes)).toStrictEqual(large());
    expect(calls).toBe(0);
  });

  it('are left alone where the platform has to clone what stands beside them', () => {
    const bytes = large();
    const meta = { a: 1 };
    Object.assign(bytes.buffer, { meta });
    Object.freeze(bytes.buffer);
    expect(roundTrip({ bytes, get got() { return 1; }, empty: new Uint8Array(0) })).toStrictEqual({
      bytes: large(),
      got: 1,
      empty: new Uint8Array(0),
    });
    expect((bytes.buffer as unknown as { meta: object }).meta).toBe(meta);
  });

  it('are copied where they can be resized', () => {
    const { buffer } = large();
    const growing = new (ArrayBuffer as unknown as new (
      bytes: number,
      options: object,
    ) => ArrayBuffer)(buffer.byteLength, { maxByteLength: 2 * buffer.byteLength });
    const view = new Uint8Array(growing);
    expect(isShared(view, view, (clone) => clone)).toBe(false);
    const back = roundTrip(view) as Uint8Array;
    (back.buffer as unknown as { resize(bytes: number): void }).resize(growing.byteLength + 8);
    expect(back.length).toBe(growing.byteLength + 8);
  });

  it('are copied when they look like something else', () => {
    const bytes = large();
    Object.setPrototypeOf(bytes.buffer, Date.prototype);
    expect(isShared(bytes, bytes, (clone) => clone)).toBe(false);
    expect(roundTrip(bytes)).toStrictEqual(large());
  });
});
