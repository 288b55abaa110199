// The search: what a person types is answered from the open database, with each keystroke.
import { type City, storeName } from './cities';
import { duration, element, grouped, row } from './elements';
import { type Source, biggestOf, namedLike } from './lookups';
import { walk } from './requests';

const shownAtMost = 50;
const countryNames = new Intl.DisplayNames('en', { type: 'region' });

let source: Source | undefined;
let asked = 0;

/** Connects the search's inputs; call it once. */
export function startSearch(): void {
  element('prefix', HTMLInputElement).addEventListener('input', () => void answer());
  element('country', HTMLSelectElement).addEventListener('change', () => void answer());
}

/** Searches in this database from now on; undefined while there is none. */
export async function searchIn(next: Source | undefined): Promise<void> {
  source = next;
  element('search-panel', HTMLElement).hidden = next === undefined;
  if (next === undefined) return;
  const select = element('country', HTMLSelectElement);
  const chosen = select.value;
  const codes = await countriesIn(next.database);
  const named = codes.map((code) => ({ code, name: countryNames.of(code) ?? code }));
  named.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const options = named.map(({ code, name }) => new Option(name, code));
  select.replaceChildren(new Option('All countries', ''), ...options);
  select.value = codes.includes(chosen) ? chosen : '';
  await answer();
}

// Each country once: from one country's first entry, the cursor is sent on behind its last.
async function countriesIn(database: IDBDatabase): Promise<string[]> {
  const store = database.transaction(storeName, 'readonly').objectStore(storeName);
  const codes: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const request = store.index('country_population').openKeyCursor();
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return resolve();
      const [code] = cursor.key as [string, number];
      codes.push(code);
      cursor.continue([code, []]);
    };
    request.onerror = () => reject(request.error);
  });
  return codes;
}

async function answer(): Promise<void> {
  if (source === undefined) return;
  const mine = ++asked;
  const prefix = fold(element('prefix', HTMLInputElement).value);
  const country = element('country', HTMLSelectElement).value;
  const start = performance.now();
  const found = await find(source, prefix, country);
  if (mine !== asked) return;
  const ms = performance.now() - start;
  const first = found.slice(0, shownAtMost);
  element('found', HTMLTableSectionElement).replaceChildren(...first.map(cityRow));
  const shown = found.length > first.length ? `, the first ${first.length} shown` : '';
  element('search-status', HTMLElement).textContent =
    `${grouped(found.length)} found in ${duration(ms)}${shown}`;
}

// Of a name, its first matching tail comes first in the index; a city with two is shown once.
async function find(from: Source, prefix: string, country: string): Promise<City[]> {
  if (prefix === '') {
    return country === '' ? mostNorthern(from) : biggestOf(from, country, shownAtMost);
  }
  const named = await namedLike(from, prefix);
  const once = new Map(named.map((city) => [city.cityId, city]));
  return [...once.values()]
    .filter((city) => country === '' || city.country === country)
    .sort((a, b) => b.population - a.population);
}

// With nothing to look for, the page opens with the cities closest to the North Pole.
async function mostNorthern({ database }: Source): Promise<City[]> {
  const store = database.transaction(storeName, 'readonly').objectStore(storeName);
  const found: City[] = [];
  await walk(store.index('latitude').openCursor(null, 'prev'), (cursor) => {
    found.push(cursor.value as City);
    return found.length < shownAtMost;
  });
  return found;
}

// As the index's names were made: small letters, no accents.
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function cityRow(city: City): HTMLTableRowElement {
  return row([
    city.name,
    countryNames.of(city.country) ?? city.country,
    grouped(city.population),
    place(city.latitude, 'N', 'S'),
    place(city.longitude, 'E', 'W'),
  ]);
}

function place(degrees: number, above: string, below: string): string {
  return `${Math.abs(degrees).toFixed(2)}° ${degrees < 0 ? below : above}`;
}
