// The bytes of an ArrayBuffer or a view, whatever its realm and whatever its properties say.
import {
  bufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewOffset,
  isView,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayName,
  typedArrayOffset,
} from './intrinsics';

/**
 * Copies the bytes that a buffer or a view holds.
 * @returns undefined: it is neither; null: it is detached, out of bounds or shared
 */
export function copyBufferSource(value: object): Uint8Array<ArrayBuffer> | null | undefined {
  if (!isView(value)) {
    if (!isArrayBuffer(value)) return undefined;
    return copy(value, 0, bufferByteLength(value));
  }
  // The getter of %TypedArray% gives undefined for a DataView; that of a DataView throws when it is
  // out of bounds, where that of a typed array gives 0.
  if (typedArrayName(value) === undefined) {
    try {
      return copy(dataViewBuffer(value), dataViewOffset(value), dataViewByteLength(value));
    } catch {
      return null;
    }
  }
  return copy(typedArrayBuffer(value), typedArrayOffset(value), typedArrayByteLength(value));
}

function isArrayBuffer(value: object): value is ArrayBuffer {
  // An exception costs microseconds, and most objects that come here are plain.
  if (!('byteLength' in value)) return false;
  try {
    bufferByteLength(value);
    return true;
  } catch {
    return false;
  }
}

function copy(buffer: object, offset: number, length: number): Uint8Array<ArrayBuffer> | null {
  if (!isArrayBuffer(buffer)) return null;
  try {
    // Throws for a detached buffer.
    return new Uint8Array(buffer, offset, length).slice();
  } catch {
    return null;
  }
}
