// Messages of the worker, put together by hand for the channel's tests.

/** Words (numbers) and bytes (hexadecimal text), as they stand in a message. */
export function message(...parts: readonly (number | string)[]): ArrayBuffer {
  const pieces = parts.map((part) => {
    if (typeof part === 'string') return Buffer.from(part.replaceAll(' ', ''), 'hex');
    const word = Buffer.alloc(4);
    word.writeUInt32LE(part);
    return word;
  });
  return Uint8Array.from(Buffer.concat(pieces)).buffer;
}

/** Bytes with their length in front and zeros behind. */
export function sized(hex: string): (number | string)[] {
  const length = hex.replaceAll(' ', '').length / 2;
  return [length, hex + '00'.repeat((4 - (length % 4)) % 4)];
}

/** A reply with its header. */
export function withLength(
  kind: number,
  connection: number,
  transaction: number,
  request: number,
  body: readonly (number | string)[],
): (number | string)[] {
  const length = 20 + message(...body).byteLength;
  return [kind, length, connection, transaction, request, ...body];
}
