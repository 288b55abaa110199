// Opens, loads and replaces the demo's database through the plain IndexedDB API.
import { type City, createSchema, databaseName, storeName } from './cities';
import { completed, done } from './requests';

/** How many cities one transaction of the load takes. */
export const chunkSize = 5000;

/** Opens the database of an earlier load; undefined when there is none. Creates nothing. */
export async function openExisting(factory: IDBFactory): Promise<IDBDatabase | undefined> {
  const known = await factory.databases();
  if (!known.some(({ name }) => name === databaseName)) return undefined;
  const database = await done(factory.open(databaseName));
  if (database.objectStoreNames.contains(storeName)) return database;
  database.close();
  return undefined;
}

/**
 * Deletes the database, makes it anew and loads all cities, in chunks of one transaction each.
 * @param onProgress is told after each chunk how many cities are in
 * @returns the open database, once every transaction is complete
 */
export async function load(
  factory: IDBFactory,
  cities: readonly City[],
  onProgress: (count: number) => void,
): Promise<IDBDatabase> {
  await done(factory.deleteDatabase(databaseName));
  const request = factory.open(databaseName, 1);
  request.onupgradeneeded = () => createSchema(request.result);
  const database = await done(request);
  for (let first = 0; first < cities.length; first += chunkSize) {
    const chunk = cities.slice(first, first + chunkSize);
    const transaction = database.transaction(storeName, 'readwrite', { durability: 'relaxed' });
    const store = transaction.objectStore(storeName);
    for (const city of chunk) store.put(city);
    await completed(transaction);
    onProgress(first + chunk.length);
  }
  return database;
}
