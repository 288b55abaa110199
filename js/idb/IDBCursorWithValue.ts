// Specification: https://w3c.github.io/IndexedDB/#idbcursorwithvalue
import type { Cursor } from './cursor';
import { IDBCursor } from './IDBCursor';
import { defineInterface } from './webidl/interface-shape';

export class IDBCursorWithValue extends IDBCursor {
  readonly #cursor: Cursor;

  constructor(token: unknown = undefined, cursor?: Cursor) {
    super(token, cursor);
    this.#cursor = cursor as Cursor;
  }

  get value(): unknown {
    return this.#cursor.value;
  }
}

defineInterface(IDBCursorWithValue, 'IDBCursorWithValue');
