// What the conformance cases assert with. Values are compared as the text that describes them, so
// that -0, holes and classes count.
import { describe } from '../compared/describe.js';

/** Throws unless both are described alike. */
export function equal(actual, expected, what = 'value') {
  const [seen, wanted] = [describe(actual), describe(expected)];
  if (seen !== wanted) throw new Error(`${what}: ${seen} instead of ${wanted}`);
}

/** Throws unless both are the same object or value. */
export function same(actual, expected, what = 'value') {
  if (!Object.is(actual, expected)) throw new Error(`${what} is not the same`);
}

export function holds(condition, what) {
  if (condition !== true) throw new Error(`not so: ${what}`);
}

/**
 * Throws unless `call` throws an error of this name: an Error of that class, or a DOMException.
 * @returns what was thrown
 */
export function throws(name, call, what = String(call)) {
  let error;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) throw new Error(`${what} did not throw ${name}`);
  checkError(error, name, what);
  return error;
}

/** Throws unless `call` throws this very value. */
export function throwsSame(wanted, call, what = String(call)) {
  try {
    call();
  } catch (error) {
    same(error, wanted, `what ${what} threw`);
    return;
  }
  throw new Error(`${what} did not throw`);
}

/** Throws unless the error has this name and is of the class that such errors have. */
export function checkError(error, name, what = 'the error') {
  if (error?.name !== name) throw new Error(`${what}: ${error?.name} instead of ${name}: ${error}`);
  const isScripts = ['TypeError', 'RangeError', 'SyntaxError'].includes(name) && !isDOM(error);
  if (!isScripts && !isDOM(error)) throw new Error(`${what}: ${name} is no DOMException`);
}

function isDOM(error) {
  return error instanceof DOMException;
}
