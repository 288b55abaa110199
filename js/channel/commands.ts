// What the commands of PROTOCOL.md take, as the page and the worker give it to the CommandWriter.
import type { Key } from '../codec/key';
import type { StorableClone } from '../codec/storable-clone';
import type { BlobContents } from '../codec/value-encoder';
import type { Direction, ScanPosition } from './protocol';

/** Which keys: one key, those between bounds, or all of them (undefined). */
export type Range = Key | KeyBounds | undefined;

/** An IDBKeyRange is one. */
export interface KeyBounds {
  readonly lowerKey: Key | undefined;
  readonly upperKey: Key | undefined;
  readonly lowerOpen: boolean;
  readonly upperOpen: boolean;
}

/** A key under which an index holds a record. Keys of a multi-entry index come one by one. */
export interface IndexKey {
  readonly index: number;
  readonly key: Key;
}

/** What a PUT stores. */
export interface PutRecord {
  /** Undefined: the key generator gives it. */
  readonly key: Key | undefined;
  readonly clone: StorableClone;
  readonly indexKeys: readonly IndexKey[];
  /** `add`: fails when the key is there. */
  readonly noOverwrite: boolean;
  /** The contents of `clone.blobs`, unless there are none. */
  readonly blobs?: BlobContents | undefined;
}

/** Where a SCAN begins: from the start when undefined. */
export interface ScanStart {
  readonly position: Exclude<ScanPosition, typeof ScanPosition.start>;
  readonly key: Key | Uint8Array;
  /** Absent for a store. */
  readonly primaryKey?: Key | Uint8Array | undefined;
}

export interface ScanRequest {
  readonly range: Range;
  readonly direction: Direction;
  readonly keyOnly: boolean;
  readonly entriesMax: number;
  /** A soft limit: one entry comes at least. */
  readonly valueBytesMax: number;
  /** Entries passed over first. */
  readonly skip: number;
  readonly start: ScanStart | undefined;
}

export interface StoreDefinition {
  readonly store: number;
  /** JSON text, as are all names and key paths. */
  readonly name: string;
  readonly keyPath: string;
  readonly autoIncrement: boolean;
}

export interface IndexDefinition {
  readonly store: number;
  readonly index: number;
  readonly name: string;
  readonly keyPath: string;
  readonly unique: boolean;
  readonly multiEntry: boolean;
}

/** The keys of a record that is already there, in an index that is being made. */
export interface BackfillRecord {
  readonly primaryKey: Uint8Array;
  readonly keys: readonly Key[];
}
