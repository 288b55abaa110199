// The look-ups that a person would make, each with what it must find, worked out from the data
// itself without any database.
import { type City, storeName } from './cities';
import { done, walk } from './requests';

/** What a look-up works on. */
export interface Source {
  readonly database: IDBDatabase;
  readonly KeyRange: typeof IDBKeyRange;
}

export interface Lookup {
  readonly title: string;
  /** Asks the database; its time is what is measured. */
  run(source: Source): Promise<unknown>;
  /** What run() must hand back. */
  expected(): unknown;
}

const prefixes = [
  ...['san ', 'new ', 'york', 'santa', 'saint', 'berg', 'lon', 'par', 'tok', 'mos', 'del', 'rio'],
  ...['bei', 'cair', 'syd', 'oslo', 'ber', 'zu', 'xi', 'alt'],
];
const countries = ['DE', 'FR', 'IT', 'US', 'BR', 'IN', 'JP', 'NG', 'AU', 'CA', 'EG', 'PL', 'TR'];
const bandStarts = [-41.5, -33.9, -23.6, -1.3, 6.5, 19.4, 35.6, 40.7, 48.8, 55.7];
const bandHeight = 0.25;
const biggestCount = 10;

/** All look-ups, over the cities that were loaded. */
export function lookups(cities: readonly City[]): Lookup[] {
  return [
    getEach(sample(cities, 200)),
    getTogether(sample(cities, 1000)),
    byPrefix(cities),
    biggest(cities),
    inBand(cities),
    countAll(cities),
    countRanges(cities),
  ];
}

/** The range of all strings that begin with a prefix. */
export function startingWith(KeyRange: typeof IDBKeyRange, prefix: string): IDBKeyRange {
  return KeyRange.bound(prefix, `${prefix}\uffff`);
}

/** The range of all [country, population] of one country: an array sorts above every number. */
export function ofCountry(KeyRange: typeof IDBKeyRange, country: string): IDBKeyRange {
  return KeyRange.bound([country], [country, []]);
}

/** The cities of a country with the most people, biggest first. */
export async function biggestOf(source: Source, country: string, count: number): Promise<City[]> {
  const found: City[] = [];
  const index = storeOf(source).index('country_population');
  await walk(index.openCursor(ofCountry(source.KeyRange, country), 'prev'), (cursor) => {
    found.push(cursor.value as City);
    return found.length < count;
  });
  return found;
}

/** The cities that have a name, or a name's tail, that begins with a prefix. */
export function namedLike(source: Source, prefix: string): Promise<City[]> {
  const index = storeOf(source).index('names');
  return done<City[]>(index.getAll(startingWith(source.KeyRange, prefix)));
}

function getEach(sampled: City[]): Lookup {
  return {
    title: `${sampled.length} cities by key, one transaction each`,
    run: async (source) => {
      const found: City[] = [];
      for (const { cityId } of sampled) found.push(await done<City>(storeOf(source).get(cityId)));
      return found;
    },
    expected: () => sampled,
  };
}

function getTogether(sampled: City[]): Lookup {
  return {
    title: `${sampled.length} cities by key, one transaction`,
    run: (source) => {
      const store = storeOf(source);
      return Promise.all(sampled.map(({ cityId }) => done<City>(store.get(cityId))));
    },
    expected: () => sampled,
  };
}

function byPrefix(cities: readonly City[]): Lookup {
  return {
    title: `Cities by the beginning of a name, ${prefixes.length} times`,
    run: (source) => each(prefixes, (prefix) => namedLike(source, prefix)),
    expected: () =>
      prefixes.map((prefix) =>
        cities
          .flatMap((city) => city.names.map((key) => ({ key, city })))
          .filter(({ key }) => key.startsWith(prefix))
          .sort(byKeyThenId)
          .map(({ city }) => city),
      ),
  };
}

function biggest(cities: readonly City[]): Lookup {
  return {
    title: `The ${biggestCount} biggest cities of a country, ${countries.length} times`,
    run: (source) => each(countries, (country) => biggestOf(source, country, biggestCount)),
    expected: () =>
      countries.map((country) =>
        cities
          .filter((city) => city.country === country)
          .sort((a, b) => b.population - a.population || b.cityId - a.cityId)
          .slice(0, biggestCount),
      ),
  };
}

function inBand(cities: readonly City[]): Lookup {
  return {
    title: `Cities in a band of ${bandHeight}° of latitude, ${bandStarts.length} times`,
    run: (source) =>
      each(bandStarts, (start) => {
        const range = source.KeyRange.bound(start, start + bandHeight);
        return done<City[]>(storeOf(source).index('latitude').getAll(range));
      }),
    expected: () =>
      bandStarts.map((start) =>
        cities
          .map((city) => ({ key: city.latitude, city }))
          .filter(({ key }) => key >= start && key <= start + bandHeight)
          .sort(byKeyThenId)
          .map(({ city }) => city),
      ),
  };
}

function countAll(cities: readonly City[]): Lookup {
  return {
    title: 'Count of all cities',
    run: (source) => done(storeOf(source).count()),
    expected: () => cities.length,
  };
}

function countRanges(cities: readonly City[]): Lookup {
  return {
    title: `Counts of ${countries.length} countries and of the southern half`,
    run: (source) => {
      const store = storeOf(source);
      const byCountry = store.index('country_population');
      const counts = countries.map((c) => done(byCountry.count(ofCountry(source.KeyRange, c))));
      counts.push(done(store.index('latitude').count(source.KeyRange.upperBound(0, true))));
      return Promise.all(counts);
    },
    expected: () => [
      ...countries.map((country) => cities.filter((city) => city.country === country).length),
      cities.filter((city) => city.latitude < 0).length,
    ],
  };
}

function storeOf({ database }: Source): IDBObjectStore {
  return database.transaction(storeName, 'readonly').objectStore(storeName);
}

async function each<T, R>(inputs: readonly T[], ask: (input: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (const input of inputs) answers.push(await ask(input));
  return answers;
}

// Spread over the whole file, in an order that jumps about: no look-up finds its neighbour.
function sample(cities: readonly City[], count: number): City[] {
  const step = 7919 * Math.max(1, Math.floor(cities.length / 17_000));
  return Array.from({ length: count }, (_, i) => cities[(i * step) % cities.length]).filter(
    (city) => city !== undefined,
  );
}

interface Keyed {
  readonly key: string | number;
  readonly city: City;
}

// The order of an index: by its key, and among equal keys by the store's key.
function byKeyThenId(a: Keyed, b: Keyed): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.city.cityId - b.city.cityId;
}
