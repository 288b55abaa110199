// IndexedDB's events as promises: all that the demo puts between itself and the plain API.

/** @returns the request's result; rejects with its error */
export function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @returns when the transaction is complete; rejects with the error that aborted it */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction aborted'));
  });
}

/**
 * Walks a cursor as far as the visitor wants.
 * @param visit gets each position; true goes on, false stops
 */
export function walk<C extends IDBCursor>(
  request: IDBRequest<C | null>,
  visit: (cursor: C) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null || !visit(cursor)) return resolve();
      cursor.continue();
    };
    request.onerror = () => reject(request.error);
  });
}
