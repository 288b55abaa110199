// The small steps that the compared programs are made of.
import { describe } from './describe.js';

/** @returns {Promise<any>} the request's result; rejects with its error */
export function result(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

/**
 * @returns {Promise<string>} the request's result as text, or its error's name; the transaction
 * goes on either way
 */
export function outcome(request) {
  return new Promise((resolve) => {
    request.addEventListener('success', () => resolve(describe(request.result)));
    request.addEventListener('error', (event) => {
      event.preventDefault();
      resolve(request.error.name);
    });
  });
}

/** @returns {Promise<string>} how a transaction ended */
export function ended(tx) {
  return new Promise((resolve) => {
    tx.addEventListener('complete', () => resolve('complete'));
    tx.addEventListener('abort', () => resolve(`abort ${tx.error?.name ?? 'without an error'}`));
  });
}

/** @returns {Promise<string>} how an open or delete request ended */
export function opened(request) {
  return new Promise((resolve) => {
    request.addEventListener('success', () => resolve('success'));
    request.addEventListener('error', (event) => {
      event.preventDefault();
      resolve(request.error.name);
    });
  });
}

/** @returns {string} the name of what `call` throws, or what it returns */
export function thrown(call) {
  try {
    const value = call();
    const isObject = typeof value === 'object' && value !== null;
    return `returned ${isObject ? value.constructor.name : describe(value)}`;
  } catch (error) {
    return error.name;
  }
}

/**
 * Logs `label` with each event of these types that reaches `target`; the old and new version of
 * those that have them.
 */
export function watch(log, label, target, types) {
  for (const type of types) {
    target.addEventListener(type, (event) => {
      const versions = 'oldVersion' in event ? ` ${event.oldVersion} ${event.newVersion}` : '';
      log(`${label} ${type}${versions}`);
    });
  }
}

/**
 * Walks a cursor to its end.
 * @param visit called with the cursor; moves it on, or lets this do it by returning nothing
 */
export function walk(request, visit) {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) {
        resolve();
        return;
      }
      if (visit(cursor) === undefined) cursor.continue();
    };
  });
}
