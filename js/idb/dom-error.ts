// The exceptions that the specification names.
// Specification: https://w3c.github.io/IndexedDB/#exceptions

type ErrorName =
  | 'AbortError'
  | 'ConstraintError'
  | 'DataCloneError'
  | 'DataError'
  | 'InvalidAccessError'
  | 'InvalidStateError'
  | 'NotFoundError'
  | 'NotReadableError'
  | 'QuotaExceededError'
  | 'ReadOnlyError'
  | 'SyntaxError'
  | 'TransactionInactiveError'
  | 'UnknownError'
  | 'VersionError';

/** Creates the DOMException of that name. */
export function domError(name: ErrorName, message: string): DOMException {
  return new DOMException(message, name);
}

export function storeDeleted(): DOMException {
  return domError('InvalidStateError', 'The object store has been deleted.');
}

export function sourceDeleted(): DOMException {
  return domError('InvalidStateError', 'The index or its object store has been deleted.');
}

export function notActive(): DOMException {
  return domError('TransactionInactiveError', 'The transaction is not active.');
}

export function readOnly(): DOMException {
  return domError('ReadOnlyError', 'The transaction is read-only.');
}

export function notUpgrading(): DOMException {
  return domError('InvalidStateError', 'No version change transaction is running.');
}
