// Specification: https://w3c.github.io/IndexedDB/#cursor-interface
import type { Cursor } from './cursor';
import { advance, continueCursor, continuePrimaryKey } from './cursor-moves';
import { deleteAtCursor, updateAtCursor } from './cursor-writes';
import type { IDBRequest } from './IDBRequest';
import { directionNames, type DirectionName } from './webidl/cursor-direction';
import { requireArguments, toUnsignedLong } from './webidl/conversions';
import { defineInterface, requireInternal } from './webidl/interface-shape';

export class IDBCursor {
  readonly #cursor: Cursor;

  constructor(token: unknown = undefined, cursor?: Cursor) {
    requireInternal(token);
    this.#cursor = cursor as Cursor;
  }

  get source(): object {
    return this.#cursor.source.facade;
  }

  get direction(): DirectionName {
    return directionNames[this.#cursor.direction];
  }

  get key(): unknown {
    return this.#cursor.key;
  }

  get primaryKey(): unknown {
    return this.#cursor.primaryKey;
  }

  get request(): IDBRequest {
    return this.#cursor.request.facade;
  }

  advance(count: number): void {
    const cursor = this.#cursor;
    requireArguments(arguments.length, 1, 'IDBCursor.advance');
    advance(cursor, toUnsignedLong(count));
  }

  continue(key: unknown = undefined): void {
    continueCursor(this.#cursor, key);
  }

  continuePrimaryKey(key: unknown, primaryKey: unknown): void {
    const cursor = this.#cursor;
    requireArguments(arguments.length, 2, 'IDBCursor.continuePrimaryKey');
    continuePrimaryKey(cursor, key, primaryKey);
  }

  update(value: unknown): IDBRequest {
    const cursor = this.#cursor;
    requireArguments(arguments.length, 1, 'IDBCursor.update');
    return updateAtCursor(cursor, value).facade;
  }

  delete(): IDBRequest {
    return deleteAtCursor(this.#cursor).facade;
  }
}

defineInterface(IDBCursor, 'IDBCursor');
