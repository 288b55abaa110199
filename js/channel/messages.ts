// Control messages between page and worker: one typed union for each direction. They are few
// (opening, closing, upgrading) and cross by structured clone; data crosses as buffers
// (PROTOCOL.md). A `request` is a number that the page chose and that exactly one final answer
// carries. Names may hold lone surrogates: structured clone keeps them.
import type { ErrorData } from './status';

/** Where databases are kept: in files of the origin, or in the worker's memory until it ends. */
export type StorageKind = 'opfs' | 'memory';

/** A database in the answer to `databases`. */
export interface DatabaseInfo {
  readonly name: string;
  readonly version: number;
}

export type PageMessage =
  /** The first message. `wasm` is the URL of the module. Answered by `ready` or `unavailable`. */
  | { readonly t: 'hello'; readonly storage: StorageKind; readonly wasm: string }
  /** No `version`: the stored one, or 1. Answered by `opened` or `failed`, and maybe by
   * `blocked` and `upgrade` before. */
  | {
      readonly t: 'open';
      readonly request: number;
      readonly name: string;
      readonly version?: number;
    }
  /** Answered by `deleted` or `failed`, and maybe by `blocked` before. */
  | { readonly t: 'delete'; readonly request: number; readonly name: string }
  /** Answered by `databases` or `failed`. */
  | { readonly t: 'databases'; readonly request: number }
  /** Closes a connection when its transactions are over. Answered by `closed`. */
  | { readonly t: 'close'; readonly connection: number }
  /** The page has dispatched the `versionchange` with this token. */
  | { readonly t: 'versionchange-done'; readonly connection: number; readonly token: number }
  /**
   * The page goes away: end what runs and close all files. No answer. With `checkpoints`, databases
   * are closed as if their last connection were: it takes longer, and the next open less long.
   */
  | { readonly t: 'shutdown'; readonly checkpoints: boolean };

export type WorkerMessage =
  | { readonly t: 'ready' }
  /** No database can be opened here. */
  | { readonly t: 'unavailable'; readonly error: ErrorData }
  /** The final answer to `open`. `schema` is JSON text. */
  | {
      readonly t: 'opened';
      readonly request: number;
      readonly connection: number;
      readonly version: number;
      readonly schema: string;
    }
  /** The upgrade transaction (id 0) of a connection that is being opened has begun. */
  | {
      readonly t: 'upgrade';
      readonly request: number;
      readonly connection: number;
      readonly oldVersion: number;
      readonly newVersion: number;
      readonly schema: string;
    }
  /** Others stay open after their `versionchange`. `newVersion` is null for a deletion. */
  | {
      readonly t: 'blocked';
      readonly request: number;
      readonly oldVersion: number;
      readonly newVersion: number | null;
    }
  /** Somebody waits for this connection to close. */
  | {
      readonly t: 'versionchange';
      readonly connection: number;
      readonly token: number;
      readonly oldVersion: number;
      readonly newVersion: number | null;
    }
  | { readonly t: 'deleted'; readonly request: number; readonly oldVersion: number }
  | { readonly t: 'databases'; readonly request: number; readonly list: readonly DatabaseInfo[] }
  /** The final answer to a request that failed. */
  | { readonly t: 'failed'; readonly request: number; readonly error: ErrorData }
  /** The connection is closed: `error` is null when the page asked for it. */
  | { readonly t: 'closed'; readonly connection: number; readonly error: ErrorData | null };
