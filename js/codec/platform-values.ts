// The objects of the web platform in the tagged binary form: Blob, File, FileList, ImageData,
// DOMPoint, DOMRect, DOMQuad, DOMMatrix, DOMException, QuotaExceededError. Where a realm lacks a class, reading one is
// an error and no crash.
import type { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';
import { append } from './intrinsics';
import { MalformedError } from './malformed-error';
import { readString, writeString } from './tagged-scalars';
import { ValueTag, classNumberOf, geometryClasses } from './value-tags';

type Point = Pick<DOMPointReadOnly, 'x' | 'y' | 'z' | 'w'>;

const matrix2d = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const defaultColorSpace = 'srgb';
const matrixCounts = [6, 16];

/** How many numbers each of the `geometryClasses` has. */
const geometryCounts: readonly (readonly number[])[] = [
  [4],
  [4],
  [4],
  [4],
  [16],
  matrixCounts,
  matrixCounts,
];
const quadNumber = 4;

/**
 * Appends the node of a platform object.
 * @param blobs the contents of the Blobs in the value
 */
export function encodePlatformObject(
  writer: ByteWriter,
  tag: ValueTag,
  value: object,
  blobs: ReadonlyMap<Blob, Uint8Array>,
): void {
  writer.u8(tag);
  switch (tag) {
    case ValueTag.blob:
    case ValueTag.file:
      return encodeBlob(writer, value as Blob | File, blobs);
    case ValueTag.fileList:
      writer.varint((value as FileList).length);
      for (const file of value as FileList) encodeBlob(writer, file, blobs);
      return;
    case ValueTag.imageData:
      return encodeImage(writer, value as ImageData);
    case ValueTag.geometry:
      return encodeGeometry(writer, value);
    case ValueTag.domException:
      writeString(writer, (value as DOMException).name);
      return writeString(writer, (value as DOMException).message);
    case ValueTag.quotaError:
      return encodeQuotaError(writer, value as QuotaError);
    default:
      throw new TypeError(`no platform object has the tag ${tag}`);
  }
}

/**
 * Reads the node of a platform object behind its tag.
 * @returns undefined when the tag is not one of a platform object
 * @throws MalformedError
 */
export function decodePlatformObject(reader: ByteReader, tag: number): object | undefined {
  switch (tag) {
    case ValueTag.blob:
      return decodeBlob(reader);
    case ValueTag.file:
      return decodeFile(reader);
    case ValueTag.fileList:
      return decodeFileList(reader);
    case ValueTag.imageData:
      return decodeImage(reader);
    case ValueTag.geometry:
      return decodeGeometry(reader);
    case ValueTag.domException: {
      const name = readString(reader, 'exception name');
      return new DOMException(readString(reader, 'exception message'), name);
    }
    case ValueTag.quotaError:
      return decodeQuotaError(reader);
    default:
      return undefined;
  }
}

function encodeBlob(
  writer: ByteWriter,
  blob: Blob | File,
  blobs: ReadonlyMap<Blob, Uint8Array>,
): void {
  const contents = blobs.get(blob);
  if (contents === undefined) throw new TypeError('the contents of a Blob were not read');
  if ('lastModified' in blob) {
    writeString(writer, blob.name);
    writer.f64(blob.lastModified);
  }
  writeString(writer, blob.type);
  writer.varint(contents.length);
  writer.append(contents);
}

function decodeBlob(reader: ByteReader): Blob {
  const type = readString(reader, 'blob type');
  return new Blob([readBytes(reader, 'blob')], { type });
}

function decodeFile(reader: ByteReader): File {
  const start = reader.offset;
  const name = readString(reader, 'file name');
  const lastModified = reader.f64('file time');
  const type = readString(reader, 'file type');
  const contents = readBytes(reader, 'file');
  if (typeof File === 'undefined') throw notHere('File', start);
  return new File([contents], name, { type, lastModified });
}

// What is used of a DataTransfer, which the types of workers do not know.
interface FileCarrier {
  readonly items: { add(file: File): void };
  readonly files: FileList;
}

// Only a DataTransfer makes FileLists, and workers have none: they get the files as an array.
function decodeFileList(reader: ByteReader): FileList | File[] {
  const files: File[] = [];
  for (let left = reader.varint('file count'); left > 0; left--) append(files, decodeFile(reader));
  const { DataTransfer: Transfer } = globalThis as { DataTransfer?: new () => FileCarrier };
  if (Transfer === undefined) return files;
  const transfer = new Transfer();
  for (const file of files) transfer.items.add(file);
  return transfer.files;
}

function readBytes(reader: ByteReader, field: string): Uint8Array<ArrayBuffer> {
  const count = reader.varint(`${field} size`);
  return reader.subarray(count, `${field} contents`).slice();
}

function encodeImage(writer: ByteWriter, image: ImageData): void {
  writer.varint(image.width);
  writer.varint(image.height);
  // Firefox knows no other color space, and has no word for this one.
  writeString(writer, image.colorSpace ?? defaultColorSpace);
  const { data } = image;
  writer.append(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function decodeImage(reader: ByteReader): ImageData {
  const start = reader.offset;
  const width = reader.varint('image width');
  const height = reader.varint('image height');
  const colorSpace = readString(reader, 'image color space');
  const pixels = reader.subarray(width * height * 4, 'image pixels');
  if (typeof ImageData === 'undefined') throw notHere('ImageData', start);
  try {
    const data = new Uint8ClampedArray(pixels);
    if (colorSpace === defaultColorSpace) return new ImageData(data, width, height);
    return new ImageData(data, width, height, { colorSpace: colorSpace as PredefinedColorSpace });
  } catch {
    throw new MalformedError('image', start, `${width} × ${height} in '${colorSpace}' is none`);
  }
}

function encodeGeometry(writer: ByteWriter, value: object): void {
  const numbers = geometryNumbers(value);
  writer.u8(classNumberOf(value));
  writer.u8(numbers.length);
  for (const number of numbers) writer.f64(number);
}

function geometryNumbers(value: object): readonly number[] {
  if ('p1' in value) {
    const { p1, p2, p3, p4 } = value as DOMQuad;
    return [p1, p2, p3, p4].flatMap((point) => pointNumbers(point));
  }
  if ('m11' in value) {
    const matrix = value as DOMMatrixReadOnly;
    return matrix.is2D ? matrix2d.map((name) => matrix[name]) : [...matrix.toFloat64Array()];
  }
  if ('width' in value) {
    const { x, y, width, height } = value as DOMRectReadOnly;
    return [x, y, width, height];
  }
  return pointNumbers(value as Point);
}

function pointNumbers({ x, y, z, w }: Point): number[] {
  return [x, y, z, w];
}

function decodeGeometry(reader: ByteReader): object {
  const start = reader.offset;
  const kind = reader.u8('geometry class');
  const count = reader.u8('geometry count');
  const counts = geometryCounts[kind];
  if (counts === undefined) throw new MalformedError('geometry class', start, `${kind} is none`);
  if (!counts.includes(count)) throw new MalformedError('geometry count', start + 1, `is ${count}`);
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) append(numbers, reader.f64('geometry number'));
  const Class = geometryClasses[kind] as (new (...args: unknown[]) => object) | undefined;
  if (Class === undefined) throw notHere('geometry class', start);
  if (kind === quadNumber) {
    return new Class(...[0, 4, 8, 12].map((at) => toPoint(numbers.slice(at, at + 4))));
  }
  return matrixCounts === counts ? new Class(numbers) : new Class(...numbers);
}

function toPoint([x, y, z, w]: readonly (number | undefined)[]): object {
  return { x, y, z, w };
}

// https://webidl.spec.whatwg.org/#quotaexceedederror
interface QuotaError extends DOMException {
  readonly quota: number | null;
  readonly requested: number | null;
}

type QuotaErrorClass = new (
  message: string,
  options: { readonly quota?: number; readonly requested?: number },
) => QuotaError;

function encodeQuotaError(writer: ByteWriter, { message, quota, requested }: QuotaError): void {
  writeString(writer, message);
  writer.f64(quota ?? NaN);
  writer.f64(requested ?? NaN);
}

// Where the class is young, it is a DOMException of that name, as it was before.
function decodeQuotaError(reader: ByteReader): DOMException {
  const start = reader.offset;
  const message = readString(reader, 'exception message');
  const quota = reader.f64('quota');
  const requested = reader.f64('requested bytes');
  const { QuotaExceededError: Class } = globalThis as { QuotaExceededError?: QuotaErrorClass };
  if (Class === undefined) return new DOMException(message, 'QuotaExceededError');
  try {
    return new Class(message, {
      ...(Number.isNaN(quota) ? {} : { quota }),
      ...(Number.isNaN(requested) ? {} : { requested }),
    });
  } catch {
    throw new MalformedError('quota', start, `${requested} of ${quota} is none`);
  }
}

function notHere(name: string, offset: number): MalformedError {
  return new MalformedError(name, offset, 'this realm has no such class');
}
