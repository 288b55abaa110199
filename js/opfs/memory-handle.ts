// A file in memory with the interface of a synchronous access handle, for `storage: 'memory'` and
// for tests in Node. It keeps its bytes when it is closed, so that a database can be opened again.
import type { SyncHandle } from './storage';

/** The bytes of one file; survives its handles. */
export class MemoryFile {
  #bytes = new Uint8Array(4096);
  #size = 0;
  #isOpen = false;

  /** Throws NoModificationAllowedError while another handle is open, as OPFS does. */
  open(): SyncHandle {
    if (this.#isOpen) {
      throw new DOMException('The file has an open handle', 'NoModificationAllowedError');
    }
    this.#isOpen = true;
    return new MemoryHandle(this, () => {
      this.#isOpen = false;
    });
  }

  get size(): number {
    return this.#size;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  read(target: Uint8Array, at: number): number {
    const end = Math.min(at + target.length, this.#size);
    const from = this.#bytes.subarray(Math.min(at, end), end);
    target.set(from);
    return from.length;
  }

  write(source: Uint8Array, at: number): number {
    if (source.length === 0) return 0;
    if (at + source.length > this.#size) this.resize(at + source.length);
    this.#bytes.set(source, at);
    return source.length;
  }

  resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = grown;
    } else if (size < this.#size) {
      // What is cut off reads as zeros when the file grows over it again.
      this.#bytes.fill(0, size, this.#size);
    }
    this.#size = size;
  }
}

class MemoryHandle implements SyncHandle {
  readonly #file: MemoryFile;
  readonly #onClose: () => void;
  #position = 0;
  #isClosed = false;

  constructor(file: MemoryFile, onClose: () => void) {
    this.#file = file;
    this.#onClose = onClose;
  }

  read(buffer: AllowSharedBufferSource, options?: { at?: number }): number {
    this.#check();
    const at = options?.at ?? this.#position;
    const count = this.#file.read(bytesOf(buffer), at);
    this.#position = at + count;
    return count;
  }

  write(buffer: AllowSharedBufferSource, options?: { at?: number }): number {
    this.#check();
    const at = options?.at ?? this.#position;
    const count = this.#file.write(bytesOf(buffer), at);
    this.#position = at + count;
    return count;
  }

  truncate(size: number): void {
    this.#check();
    this.#file.resize(size);
    this.#position = Math.min(this.#position, size);
  }

  getSize(): number {
    this.#check();
    return this.#file.size;
  }

  flush(): void {
    this.#check();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }

  #check(): void {
    if (this.#isClosed) throw new DOMException('The handle is closed', 'InvalidStateError');
  }
}

function bytesOf(buffer: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}
