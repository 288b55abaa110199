// The numbers of PROTOCOL.md: sections, commands, replies and their flags. The worker's
// WebAssembly module exports its own list; a unit test compares both.

/** Kinds of sections, page → worker. */
export const SectionKind = { begin: 1, requests: 2, commit: 3, abort: 4 } as const;

/** Bytes of a section's header: kind, length, connection id, transaction id. */
export const SECTION_HEADER_BYTES = 16;

/** A transaction's mode, in BEGIN. The upgrade transaction has no BEGIN. */
export const TransactionMode = { readonly: 0, readwrite: 1 } as const;
export type TransactionMode = (typeof TransactionMode)[keyof typeof TransactionMode];

/** A transaction's durability, in BEGIN. */
export const Durability = { default: 0, relaxed: 1, strict: 2 } as const;
export type Durability = (typeof Durability)[keyof typeof Durability];

/** Operations of commands. */
export const Operation = {
  put: 1,
  get: 2,
  getAll: 3,
  count: 4,
  delete: 5,
  clear: 6,
  scan: 7,
  createStore: 8,
  deleteStore: 9,
  rename: 10,
  createIndex: 11,
  deleteIndex: 12,
  backfill: 13,
  piece: 14,
} as const;

/** Bytes of a command's header: operation and flags, length, request id, source. */
export const COMMAND_HEADER_BYTES = 16;

export const PutFlag = { noOverwrite: 1, generateKey: 2, inPieces: 4 } as const;
export const GetFlag = { keyOnly: 1 } as const;
export const ScanFlag = { keyOnly: 1 } as const;
export const StoreFlag = { autoIncrement: 1 } as const;
export const IndexFlag = { unique: 1, multiEntry: 2 } as const;

/** The first word of a range. */
export const RangeFlag = { lower: 1, upper: 2, lowerOpen: 4, upperOpen: 8, single: 16 } as const;

/** Directions of GET_ALL and SCAN. */
export const Direction = { next: 0, nextUnique: 1, prev: 2, prevUnique: 3 } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

/** What GET_ALL answers with. */
export const GetAllWhat = { values: 0, primaryKeys: 1, records: 2 } as const;
export type GetAllWhat = (typeof GetAllWhat)[keyof typeof GetAllWhat];

/** Where a SCAN begins. */
export const ScanPosition = { start: 0, behind: 1, atKey: 2, atEntry: 3 } as const;
export type ScanPosition = (typeof ScanPosition)[keyof typeof ScanPosition];

/** The offset of an injection that is not there. */
export const NO_INJECTION = 0xffffffff;

/** How the values of a reply are laid out. */
export const ValuesFormat = { json: 0, each: 1 } as const;

/** In the kind of a value of a reply: its bytes came in PIECE replies before. */
export const VALUE_IN_PIECES = 0x100;

/** Kinds of replies, worker → page. */
export const ReplyKind = {
  ok: 0,
  error: 1,
  committed: 2,
  aborted: 3,
  piece: 4,
  values: 5,
} as const;

/** In the first word of a PIECE: the same value goes on in the next one. */
export const MORE_FOLLOWS = 0x100;

/** Bytes of a reply's header: kind and flags, length, connection, transaction, request. */
export const REPLY_HEADER_BYTES = 20;

/** The id of the upgrade transaction within its connection. */
export const UPGRADE_TRANSACTION = 0;
