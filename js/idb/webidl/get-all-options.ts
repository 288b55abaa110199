// The dictionary IDBGetAllOptions.
// Specification: https://w3c.github.io/IndexedDB/#dictdef-idbgetalloptions
import type { GetAllOptions } from '../get-all';
import { toDictionary, toUnsignedLong } from './conversions';
import { toDirection } from './cursor-direction';

export function toGetAllOptions(value: unknown): GetAllOptions {
  const given = toDictionary(value, 'IDBGetAllOptions');
  // The members are read in lexical order, and each is converted before the next one is read.
  const countGiven = given['count'];
  const count = countGiven === undefined ? undefined : toUnsignedLong(countGiven);
  const direction = toDirection(given['direction']);
  const query = given['query'];
  return { count, direction, query };
}
