// Promises for the moments that the conformance cases wait for. Each resolves within the event
// that it waits for, so that a transaction is still active behind an await.
import { checkError } from './assertions.js';

/** @returns {Promise<Event>} the next event of this type at this target */
export function next(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

/** @returns {Promise<any>} the request's result; rejects with its error */
export function result(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result), { once: true });
    request.addEventListener('error', () => reject(request.error), { once: true });
  });
}

/** Waits until the request fails with this name; its transaction goes on. */
export function fails(name, request) {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => reject(new Error(`success instead of ${name}`)));
    request.addEventListener('error', (event) => {
      event.preventDefault();
      try {
        checkError(request.error, name);
        resolve(request.error);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Waits for `complete`; rejects when the transaction is aborted. */
export function completed(tx) {
  return new Promise((resolve, reject) => {
    tx.addEventListener('complete', () => resolve());
    tx.addEventListener('abort', () => reject(tx.error ?? new Error('aborted')));
  });
}

/** Waits for `abort`; rejects when the transaction completes. */
export function aborted(tx) {
  return new Promise((resolve, reject) => {
    tx.addEventListener('abort', () => resolve(tx.error));
    tx.addEventListener('complete', () => reject(new Error('complete instead of abort')));
  });
}

/** A task of its own, behind those that have been posted. */
export function task() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Notes in `log` each event of these types that reaches `target`, as `label type`. */
export function record(log, label, target, ...types) {
  for (const type of types) target.addEventListener(type, () => log.push(`${label} ${type}`));
}

/**
 * Walks a cursor to its end.
 * @param visit called with the cursor; what it returns is collected
 * @param move moves the cursor on
 */
export function walked(request, visit, move = (cursor) => cursor.continue()) {
  const seen = [];
  return new Promise((resolve, reject) => {
    request.addEventListener('error', () => reject(request.error));
    request.addEventListener('success', () => {
      const cursor = request.result;
      if (cursor === null) return resolve(seen);
      try {
        seen.push(visit(cursor));
        move(cursor);
      } catch (error) {
        reject(error);
      }
    });
  });
}
