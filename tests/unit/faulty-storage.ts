// Files in memory whose calls fail as a browser's may: a count of bytes that is too small, or none
// that could be one, or an exception.
import { StatusCode } from '../../js/channel/status';
import type { MemoryStorage } from '../../js/opfs/memory-storage';
import type { DatabaseFiles, Storage, SyncHandle } from '../../js/opfs/storage';

type Call = 'read' | 'write' | 'truncate' | 'flush' | 'getSize';

export interface Way {
  readonly name: string;
  readonly calls: readonly Call[];
  /** What a request is told that the failure ends. */
  readonly status: number;
  /** Stands in for a call. `half` does half of it, and `whole` all, as far as it can be told. */
  readonly instead: (half: () => number, whole: () => number) => number;
}

function throwing(name: string): never {
  throw new DOMException('made up by the test', name);
}

const changing: readonly Call[] = ['write', 'truncate', 'flush'];
const quota = StatusCode.quota_exceeded;
const io = StatusCode.io_error;
export const ways: readonly Way[] = [
  { name: 'a write is done by half', calls: ['write'], status: quota, instead: (half) => half() },
  {
    name: "a write returns Chromium's -8",
    calls: ['write'],
    status: quota,
    instead: () => 4294967288,
  },
  { name: 'a write returns 0', calls: ['write'], status: quota, instead: () => 0 },
  {
    name: 'a write or truncate throws for want of room',
    calls: ['write', 'truncate'],
    status: quota,
    instead: () => throwing('QuotaExceededError'),
  },
  {
    name: 'a call throws',
    calls: ['read', 'getSize', ...changing],
    status: io,
    instead: () => throwing('UnknownError'),
  },
  {
    name: 'a change throws behind one half of it',
    calls: changing,
    status: io,
    instead: (half) => (half(), throwing('InvalidStateError')),
  },
  {
    name: 'a change throws when it is done',
    calls: changing,
    status: io,
    instead: (_, whole) => (whole(), throwing('UnknownError')),
  },
  { name: 'a read is short', calls: ['read'], status: io, instead: (half) => half() },
];

/** Files in memory. Of the calls that a way hits, the n-th fails, and those behind it for good. */
export class FaultyStorage implements Storage {
  readonly kind = 'memory';
  /** Whether the failure has hit a call. */
  wasMet = false;
  readonly inner: MemoryStorage;
  readonly #way: Way;
  readonly #isForGood: boolean;
  readonly #open = new Set<DatabaseFiles>();
  #left: number;
  #isLifted = false;

  constructor(inner: MemoryStorage, way: Way, n: number, isForGood: boolean) {
    this.inner = inner;
    this.#way = way;
    this.#left = n;
    this.#isForGood = isForGood;
  }

  /** No call fails any more. */
  lift(): void {
    this.#isLifted = true;
  }

  /** What the end of a worker does to its files. */
  endProcess(): void {
    for (const files of this.#open) files.close();
    this.#open.clear();
  }

  list(): ReturnType<Storage['list']> {
    return this.inner.list();
  }

  async open(name: string, create: boolean): Promise<DatabaseFiles | undefined> {
    const files = await this.inner.open(name, create);
    if (files === undefined) return undefined;
    this.#open.add(files);
    return {
      container: this.#handle(files.container),
      log: this.#handle(files.log),
      prepareVersion: () => files.prepareVersion(),
      recordVersion: (version) => files.recordVersion(version),
      ensureVersion: (version) => files.ensureVersion(version),
      close: () => files.close(),
      remove: () => files.remove(),
    };
  }

  #handle(handle: SyncHandle): SyncHandle {
    const transfer = (call: 'read' | 'write'): SyncHandle['read'] => {
      return (buffer, options) => {
        const bytes = buffer as Uint8Array;
        const part = (length: number) => handle[call](bytes.subarray(0, length), options);
        const whole = () => part(bytes.length);
        // At the end of the file there is nothing of which a read could miss some.
        const left = handle.getSize() - (options?.at ?? 0);
        if (call === 'read' && left <= 0) return whole();
        const most = call === 'read' ? Math.min(bytes.length, left) : bytes.length;
        return this.#call(call, () => part(most >> 1), whole);
      };
    };
    const other = (call: Call, run: () => number | void): number =>
      this.#call(call, () => 0, () => run() ?? 0);
    return {
      read: transfer('read'),
      write: transfer('write'),
      truncate: (size) => void other('truncate', () => handle.truncate(size)),
      flush: () => void other('flush', () => handle.flush()),
      getSize: () => other('getSize', () => handle.getSize()),
      close: () => handle.close(),
    };
  }

  #call(call: Call, half: () => number, whole: () => number): number {
    if (this.#isLifted || !this.#way.calls.includes(call)) return whole();
    const isHit = this.#left === 0 || (this.#left < 0 && this.#isForGood);
    this.#left -= 1;
    if (!isHit) return whole();
    this.wasMet = true;
    return this.#way.instead(half, whole);
  }
}
