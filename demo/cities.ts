// The demo's data and where it is kept: one store with the city's number as its key and three
// indexes.

/** A city as it is stored, and as cities.json brings it. */
export interface City {
  readonly cityId: number;
  readonly name: string;
  /** ISO 3166 code of two letters. */
  readonly country: string;
  readonly region: string;
  readonly kind: string;
  readonly population: number;
  readonly latitude: number;
  readonly longitude: number;
  /** What finds the city: its name and the name's tails, in small letters without accents. */
  readonly names: readonly string[];
}

export const databaseName = 'cities of the world';
export const storeName = 'cities';

/** Fetches all cities, in the order of the file. */
export async function fetchCities(): Promise<readonly City[]> {
  const response = await fetch('./cities.json');
  if (!response.ok) throw new Error(`cities.json: ${response.status} ${response.statusText}`);
  return (await response.json()) as City[];
}

/** Makes the store and its indexes, inside an upgrade. */
export function createSchema(database: IDBDatabase): void {
  const store = database.createObjectStore(storeName, { keyPath: 'cityId' });
  store.createIndex('names', 'names', { multiEntry: true });
  store.createIndex('country_population', ['country', 'population']);
  store.createIndex('latitude', 'latitude');
}
