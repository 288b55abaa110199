// Workloads with values that are not plain: what only the structured clone keeps, large binary
// values, and the article that RxDB's comparison of storages uses.
import { completed, done } from '../../requests';
import type { Bed } from '../bed';
import { type RichDocument, articles, binary, richDocuments } from '../documents';
import { type Workload, expect, expectSame } from '../workload';

const richCount = 2000;

/** All of a rich document, as JSON shows it. */
function shown({ created, total, prices, labels, samples, bytes, ...rest }: RichDocument): unknown {
  return [
    rest.id,
    rest.note ?? 'none',
    created instanceof Date && created.getTime(),
    typeof total === 'bigint' && String(total),
    prices instanceof Map && [...prices],
    labels instanceof Set && [...labels],
    samples instanceof Float64Array && [...samples],
    bytes instanceof Uint8Array && [...bytes],
  ];
}

function expectRich(found: readonly RichDocument[]): void {
  expectSame(found.map(shown), richDocuments(richCount).map(shown), 'rich documents');
}

export const richPut: Workload = {
  name: 'rich put',
  what: 'put of documents with Date, Map, Set, typed arrays and BigInt in one transaction',
  operations: () => richCount,
  async prepare(bed) {
    await bed.clear('rich');
    const all = richDocuments(richCount);
    return async () => {
      await bed.putAll('rich', all);
      bed.filled.add('rich');
      return async () => expectRich(await done(bed.reading('rich').getAll()));
    };
  },
};

export const richGetAll: Workload = {
  name: 'rich getAll',
  what: 'getAll of them; per document',
  operations: () => richCount,
  async prepare(bed) {
    if (!bed.filled.has('rich')) await bed.putAll('rich', richDocuments(richCount));
    bed.filled.add('rich');
    return async () => {
      const found = (await done(bed.reading('rich').getAll())) as RichDocument[];
      return () => expectRich(found);
    };
  },
};

const binaryCount = 8;
const binaryBytes = 1 << 20;

let made: Uint8Array<ArrayBuffer>[] | undefined;

function binaries(): Uint8Array<ArrayBuffer>[] {
  made ??= Array.from({ length: binaryCount }, (_, i) => binary(i + 1, binaryBytes));
  return made;
}

async function putBinary(bed: Bed): Promise<void> {
  for (const [key, bytes] of binaries().entries()) {
    const transaction = bed.begin('binary', 'readwrite');
    transaction.objectStore('binary').put(bytes, key);
    await completed(transaction);
  }
  bed.filled.add('binary');
}

async function getBinary(bed: Bed): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (const key of binaries().keys()) {
    found.push((await done(bed.reading('binary').get(key))) as Uint8Array);
  }
  return found;
}

function expectBinary(found: readonly Uint8Array[]): void {
  expect(found.length === binaryCount, 'the number of binary values');
  const sent = binaries();
  for (const [i, bytes] of found.entries()) {
    const same = bytes instanceof Uint8Array && bytes.length === binaryBytes;
    expect(same && bytes.every((byte, at) => byte === sent[i]?.[at]), `binary value ${i}`);
  }
}

export const binaryPut: Workload = {
  name: '1 MiB put',
  what: 'put of 1 MiB of binary data, in a transaction each',
  operations: () => binaryCount,
  async prepare(bed) {
    await bed.clear('binary');
    binaries();
    return async () => {
      await putBinary(bed);
      return async () => expectBinary(await getBinary(bed));
    };
  },
};

export const binaryGet: Workload = {
  name: '1 MiB get',
  what: 'get of 1 MiB of binary data, in a transaction each',
  operations: () => binaryCount,
  async prepare(bed) {
    if (!bed.filled.has('binary')) await putBinary(bed);
    return async () => {
      const found = await getBinary(bed);
      return () => expectBinary(found);
    };
  },
};

const articleCount = 3000;

export const articlePut: Workload = {
  name: 'article put',
  what: "put of RxDB's articles in one transaction, an index on age",
  operations: () => articleCount,
  async prepare(bed) {
    await bed.clear('articles');
    const all = articles(articleCount);
    return async () => {
      await bed.putAll('articles', all);
      bed.filled.add('articles');
      return async () => {
        const wanted = all.sort((a, b) => (a.id < b.id ? -1 : 1));
        expectSame(await done(bed.reading('articles').getAll()), wanted, 'articles');
      };
    };
  },
};

export const articleQuery: Workload = {
  name: 'article query',
  what: 'getAll of the articles of an age from 50 to 59 by the index, four times; per article',
  operations: () => 4 * asked().length,
  async prepare(bed) {
    if (!bed.filled.has('articles')) await bed.putAll('articles', articles(articleCount));
    bed.filled.add('articles');
    return async () => {
      const found: unknown[] = [];
      for (let i = 0; i < 4; i++) {
        const ages = bed.side.IDBKeyRange.bound(50, 59);
        found.push(await done(bed.reading('articles').index('age').getAll(ages)));
      }
      return () => expectSame(found, Array(4).fill(asked()), 'articles');
    };
  },
};

function asked(): unknown[] {
  return articles(articleCount)
    .filter(({ age }) => age >= 50 && age <= 59)
    .sort((a, b) => a.age - b.age || (a.id < b.id ? -1 : 1));
}
