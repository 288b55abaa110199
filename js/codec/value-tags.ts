// The first byte of each node of the tagged binary form, and which objects have which. Final: see
// FORMAT.md.
import { getPrototypeOf } from './intrinsics';

/** The version byte in front. */
export const TAGGED_VERSION = 1;

export const ValueTag = {
  undefined: 0x00,
  null: 0x01,
  false: 0x02,
  true: 0x03,
  integer: 0x04,
  double: 0x05,
  string: 0x06,
  bigint: 0x07,
  reference: 0x08,
  object: 0x10,
  array: 0x11,
  sparseArray: 0x12,
  date: 0x13,
  regExp: 0x14,
  map: 0x15,
  set: 0x16,
  booleanObject: 0x17,
  numberObject: 0x18,
  stringObject: 0x19,
  bigintObject: 0x1a,
  error: 0x1b,
  buffer: 0x1c,
  resizableBuffer: 0x1d,
  view: 0x1e,
  blob: 0x20,
  file: 0x21,
  imageData: 0x22,
  geometry: 0x23,
  domException: 0x24,
  fileList: 0x25,
  quotaError: 0x26,
} as const;
export type ValueTag = (typeof ValueTag)[keyof typeof ValueTag];

export const ViewFlag = { tracksLength: 1 } as const;
export const ErrorFlag = { message: 1, stack: 2, cause: 4, errors: 8 } as const;

export type ViewConstructor = new (
  buffer: ArrayBuffer,
  offset?: number,
  length?: number,
) => ArrayBufferView;
type GeometryConstructor = { readonly prototype: object };

// A platform class by name, where this realm has it (Node has few, Float16Array is young).
function platform<Class>(name: string): Class | undefined {
  return (globalThis as Record<string, unknown>)[name] as Class | undefined;
}

/** By their number in the bytes. */
export const viewClasses: readonly (ViewConstructor | undefined)[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
  DataView,
  platform<ViewConstructor>('Float16Array'),
];

/** What a typed array of the class says that it is. */
export const viewNames = viewClasses.map((Class) => Class?.name);

/** What ES2024 says of an ArrayBuffer, where the platform has it. */
export interface ResizableBuffer extends ArrayBuffer {
  readonly resizable?: boolean;
  readonly maxByteLength?: number;
  resize?(length: number): void;
}

/** Properties of errors that may hold any value. */
export const nestedInErrors = ['cause', 'errors'] as const;

/** By their number in the bytes. Not every platform's clone keeps an AggregateError one. */
export const errorClasses: readonly (ErrorConstructor | AggregateErrorConstructor)[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
];

/** By their number in the bytes. */
export const geometryClasses: readonly (GeometryConstructor | undefined)[] = [
  'DOMPoint',
  'DOMPointReadOnly',
  'DOMRect',
  'DOMRectReadOnly',
  'DOMQuad',
  'DOMMatrix',
  'DOMMatrixReadOnly',
].map((name) => platform<GeometryConstructor>(name));

const tags = new Map<unknown, ValueTag>();
const numbers = new Map<unknown, number>();

function learn(tag: ValueTag, ...classes: readonly ({ readonly prototype: object } | undefined)[]) {
  classes.forEach((one, number) => {
    if (one === undefined) return;
    tags.set(one.prototype, tag);
    numbers.set(one.prototype, number);
  });
}

learn(ValueTag.object, Object);
learn(ValueTag.array, Array);
learn(ValueTag.date, Date);
learn(ValueTag.regExp, RegExp);
learn(ValueTag.map, Map);
learn(ValueTag.set, Set);
learn(ValueTag.booleanObject, Boolean);
learn(ValueTag.numberObject, Number);
learn(ValueTag.stringObject, String);
learn(ValueTag.bigintObject, BigInt);
learn(ValueTag.error, ...errorClasses);
learn(ValueTag.buffer, ArrayBuffer);
learn(ValueTag.view, ...viewClasses);
learn(ValueTag.geometry, ...geometryClasses);
learn(ValueTag.blob, platform('Blob'));
learn(ValueTag.file, platform('File'));
learn(ValueTag.imageData, platform('ImageData'));
learn(ValueTag.domException, platform('DOMException'));
learn(ValueTag.quotaError, platform('QuotaExceededError'));
learn(ValueTag.fileList, platform('FileList'));

/**
 * What an object of a clone is: structured clone gives each object the prototype of its kind, of
 * this realm. An array is `array`, a buffer `buffer`, whether sparse or resizable or not.
 * @returns undefined for what the binary form doesn't hold
 */
export function tagOfObject(value: object): ValueTag | undefined {
  return tags.get(getPrototypeOf(value));
}

/** The number of a view's, an error's or a geometry's class in its list. */
export function classNumberOf(value: object): number {
  return numbers.get(getPrototypeOf(value)) as number;
}
