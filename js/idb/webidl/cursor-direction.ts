// The enumeration IDBCursorDirection and the numbers that commands have for it.
// Specification: https://w3c.github.io/IndexedDB/#enumdef-idbcursordirection
import { Direction } from '../../channel/protocol';
import { toEnum } from './conversions';

export type DirectionName = 'next' | 'nextunique' | 'prev' | 'prevunique';

export const directionNames = {
  [Direction.next]: 'next',
  [Direction.nextUnique]: 'nextunique',
  [Direction.prev]: 'prev',
  [Direction.prevUnique]: 'prevunique',
} as const satisfies Record<Direction, DirectionName>;

const numbers = {
  next: Direction.next,
  nextunique: Direction.nextUnique,
  prev: Direction.prev,
  prevunique: Direction.prevUnique,
} as const satisfies Record<DirectionName, Direction>;

const names = Object.values(directionNames);

/** Undefined is the default, "next". */
export function toDirection(value: unknown): Direction {
  return value === undefined ? Direction.next : numbers[toEnum(value, names, 'IDBCursorDirection')];
}
