// Any value as one line of text: what two databases gave back is equal when the lines are. It tells
// apart what JSON does not: -0, undefined, holes, classes, the order of properties, and one object
// from two equal ones.

/** @returns {string} */
export function describe(value, seen = new Map()) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'symbol' || typeof value === 'function') return `<${typeof value}>`;
  if (typeof value !== 'object' || value === null) return String(value);
  const before = seen.get(value);
  if (before !== undefined) return `<object ${before} again>`;
  seen.set(value, seen.size);
  return describeObject(value, seen);
}

function describeObject(value, seen) {
  const inner = (part) => describe(part, seen);
  const list = (parts) => [...parts].map(inner).join(', ');
  const type = Object.prototype.toString.call(value).slice(8, -1);
  switch (type) {
    case 'Object':
      return `{${properties(value, inner)}}`;
    case 'Array':
      return `[${elements(value, inner)}]`;
    case 'Date':
      return `Date(${value.getTime()})`;
    case 'RegExp':
      return `RegExp(${value}, ${value.lastIndex})`;
    case 'Map':
      return `Map(${[...value].map((entry) => entry.map(inner).join(' => ')).join(', ')})`;
    case 'Set':
      return `Set(${list(value)})`;
    case 'ArrayBuffer':
      return `ArrayBuffer(${list(new Uint8Array(value))})`;
    case 'DataView':
      return `DataView(${value.byteOffset}, ${value.byteLength}, ${inner(value.buffer)})`;
    case 'Number':
    case 'String':
    case 'Boolean':
    case 'BigInt':
      return `${type} object(${inner(value.valueOf())})`;
    case 'DOMException':
      return `DOMException(${value.name})`;
    case 'Error': {
      const cause = 'cause' in value ? [value.cause] : [];
      return `${value.name}(${list([value.message, ...cause])})`;
    }
    case 'ImageData':
      return `ImageData(${value.width}, ${value.height}, ${value.colorSpace}, ${list(value.data)})`;
    case 'Blob':
      return `Blob(${value.size}, ${inner(value.type)})`;
    case 'File':
      return `File(${list([value.name, value.lastModified, value.size, value.type])})`;
    case 'IDBRecord':
      return `IDBRecord(${list([value.key, value.primaryKey, value.value])})`;
    case 'DOMStringList':
      return `DOMStringList(${list(value)})`;
    default:
      if (ArrayBuffer.isView(value)) {
        return `${type}(${value.byteOffset} of ${value.buffer.byteLength}: ${list(value)})`;
      }
      return `${type}(${geometry(value, inner)})`;
  }
}

function properties(value, inner) {
  return Object.keys(value)
    .map((key) => `${JSON.stringify(key)}: ${inner(value[key])}`)
    .join(', ');
}

function elements(array, inner) {
  const parts = [];
  for (let i = 0; i < array.length; i += 1) parts.push(i in array ? inner(array[i]) : '<hole>');
  for (const key of Object.keys(array)) {
    if (!(Number(key) < array.length)) parts.push(`${JSON.stringify(key)}: ${inner(array[key])}`);
  }
  return parts.join(', ');
}

// DOMRect, DOMPoint, DOMMatrix and DOMQuad say what they hold.
function geometry(value, inner) {
  return typeof value.toJSON === 'function' ? inner(value.toJSON()) : '';
}
