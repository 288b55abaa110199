// Status codes of the engine (src/util/status.h) and the DOMException that each becomes on the
// page. Errors cross the channel as data: `ErrorData` in control messages, code and text in
// replies.
import { FlowDBError } from './flowdb-error';

/** The engine's codes. A unit test compares them with src/util/status.h. */
export const StatusCode = {
  ok: 0,
  not_found: 1,
  constraint: 2,
  corruption: 3,
  quota_exceeded: 4,
  io_error: 5,
  invalid_argument: 6,
  unsupported: 7,
  busy: 8,
  out_of_memory: 9,
  aborted: 10,
  closed: 11,
} as const;
export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

/** Why the database as a whole can't be used, where an application may want to act on it. */
export type ErrorReason = 'in-use' | 'no-opfs' | 'corruption' | 'quota' | 'unsupported' | 'worker';

/**
 * The native IndexedDB database that marks an origin with FlowDB data: made by the worker, looked
 * for by the page, which must not fall back from `no-opfs` then. It holds nothing.
 */
export const MARKER_DATABASE = 'flowdb-marker';

/** An error as data. */
export interface ErrorData {
  /** A `StatusCode`; an unknown number is taken for an I/O error. */
  readonly status: number;
  /** The name of the DOMException to make of it. */
  readonly name: string;
  readonly message: string;
  readonly reason?: ErrorReason;
}

interface Meaning {
  readonly name: string;
  readonly message: string;
  readonly reason?: ErrorReason;
}

const meanings: Readonly<Record<number, Meaning>> = {
  [StatusCode.not_found]: { name: 'NotFoundError', message: 'The record or store does not exist.' },
  [StatusCode.constraint]: { name: 'ConstraintError', message: 'A key exists already.' },
  [StatusCode.corruption]: {
    name: 'UnknownError',
    message: 'Stored data is damaged.',
    reason: 'corruption',
  },
  [StatusCode.quota_exceeded]: {
    name: 'QuotaExceededError',
    message: 'The storage quota is exceeded.',
    reason: 'quota',
  },
  [StatusCode.io_error]: { name: 'UnknownError', message: 'The storage refused a call.' },
  [StatusCode.invalid_argument]: { name: 'DataError', message: 'The request is not valid.' },
  [StatusCode.unsupported]: {
    name: 'UnknownError',
    message: 'The data was written by a version that this one does not know.',
    reason: 'unsupported',
  },
  [StatusCode.busy]: {
    name: 'InvalidStateError',
    message: 'Another context holds the database.',
    reason: 'in-use',
  },
  [StatusCode.out_of_memory]: { name: 'UnknownError', message: 'The memory budget is exceeded.' },
  [StatusCode.aborted]: { name: 'AbortError', message: 'The transaction was aborted.' },
  [StatusCode.closed]: { name: 'UnknownError', message: 'The database is closed.' },
};

const unknown: Meaning = { name: 'UnknownError', message: 'The storage failed.' };

/**
 * Describes a failure for the page.
 * @param status a `StatusCode` other than ok
 * @param message the engine's own words; empty for the code's general ones
 */
export function errorData(status: number, message: string): ErrorData {
  const meaning = meanings[status] ?? unknown;
  return { ...meaning, status, message: message === '' ? meaning.message : message };
}

/** Makes the DOMException that `error` describes; a FlowDBError when it has a reason. */
export function toDOMException({ message, name, reason }: ErrorData): DOMException {
  return reason === undefined
    ? new DOMException(message, name)
    : new FlowDBError(reason, message, name);
}
