// A failure inside the worker that ends a request, with what the page is told.
import type { ErrorData, ErrorReason } from '../channel/status';
import { errorData, StatusCode } from '../channel/status';
import { StorageError } from '../opfs/storage';
import type { StorageReason } from '../opfs/storage';

export class Failure extends Error {
  readonly data: ErrorData;

  constructor(data: ErrorData) {
    super(data.message);
    this.name = 'Failure';
    this.data = data;
  }

  /** @param message '' for the status code's own words */
  static of(status: number, message: string): Failure {
    return new Failure(errorData(status, message));
  }
}

const storageFailures: Record<StorageReason, { status: number; reason?: ErrorReason }> = {
  'in-use': { status: StatusCode.busy },
  absent: { status: StatusCode.unsupported, reason: 'no-opfs' },
  refused: { status: StatusCode.unsupported, reason: 'no-opfs' },
  quota: { status: StatusCode.quota_exceeded },
  io: { status: StatusCode.io_error },
};

/** Whether something that was thrown is a failure that a request may have; all else is a crash. */
export function isExpected(error: unknown): error is Failure | StorageError {
  return error instanceof Failure || error instanceof StorageError;
}

/** Whatever was thrown, as data for the page. */
export function failureData(error: unknown): ErrorData {
  if (error instanceof Failure) return error.data;
  if (error instanceof StorageError) {
    const { status, reason } = storageFailures[error.reason];
    const data = errorData(status, error.message);
    return reason === undefined ? data : { ...data, reason };
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { ...errorData(StatusCode.io_error, `The worker failed: ${text}`), reason: 'worker' };
}
