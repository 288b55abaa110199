// What a random program may ask of a store, and what it does to the model.
import type { Walk } from './cursors';
import type { StoreModel } from './stores';

export interface Ask {
  /** In words, for those who read a trace. */
  readonly text: string;
  place(): IDBRequest;
  /** A result in the words of `expected`. */
  answer(result: unknown): string;
  /** Does to the model what the request does. @returns the answer; a failure's begins with '!' */
  readonly expected: (model: StoreModel) => string;
  /** Where it is a cursor's step. */
  readonly walk?: Walk;
}

export const constraint = '!ConstraintError';
