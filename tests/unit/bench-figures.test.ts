// The bench's pure parts: what its times come to, which bars are met, and how they are shown.
import { describe, expect, it } from 'vitest';
import { bars, coldOpenMs, mostCounted } from '../../demo/bench/bars';
import {
  articles,
  categoryOf,
  documents,
  groupOf,
  perCategory,
  perGroup,
  richDocuments,
} from '../../demo/bench/documents';
import { geometricMean, median, ratioOf, spread } from '../../demo/bench/statistics';
import { barred, workloads } from '../../demo/bench/workloads';
import { linesOf } from '../bench/browser/figures';
import type { Measured, Pair, Sample } from '../bench/browser/measured';
import { aligned, shown, textOf } from '../bench/browser/report';
import { verdictsOf } from '../bench/browser/verdicts';

const sample = (ms: number, more: Partial<Sample> = {}): Sample => ({
  ms,
  deferredMs: 0,
  operations: 10,
  ...more,
});

const pair = (native: number[], flowdb: number[]): Pair => ({
  native: native.map((ms) => sample(ms)),
  flowdb: flowdb.map((ms) => sample(ms)),
});

function measured(
  workloads: Record<string, Pair>[],
  browser: 'chromium' | 'firefox' = 'chromium',
): Measured {
  const sessions = workloads.map((of, i) => ({
    backend: `backend ${i}`,
    version: '1',
    workloads: of,
    floors: [{ roundTrip: 0.1, parse: 0.5 }],
    inWorker: {},
  }));
  return { browser, records: 20_000, rounds: 3, sessions };
}

const verdict = (of: Measured, what: string) => verdictsOf(of).find((one) => one.what === what);

describe('the statistics', () => {
  it('take the middle one, or the mean of two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
    expect(spread([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 });
  });

  it('compare the times of one round with each other', () => {
    // The second round met other work, which slowed both sides down.
    expect(ratioOf([10, 100, 10], [5, 50, 5])).toEqual({ median: 2, least: 2, most: 2 });
  });

  it('let no ratio count for more than the limit', () => {
    expect(geometricMean([2, 8])).toBeCloseTo(4);
    expect(geometricMean([5, 1000])).toBeCloseTo(Math.sqrt(5 * mostCounted));
    expect(geometricMean([0.5, 2])).toBeCloseTo(1);
  });
});

describe('a line', () => {
  it('has times by operation and the ratio against the faster backend', () => {
    const of = measured([{ getAll: pair([20, 22, 21], [2, 2, 2]) }, { getAll: pair([8], [2]) }]);
    const [line] = linesOf(of);
    expect(line?.sides.map(({ nativeUs }) => nativeUs)).toEqual([2100, 800]);
    expect(line?.sides.map(({ flowdbUs }) => flowdbUs)).toEqual([200, 200]);
    expect(line?.ratio).toBe(4);
    expect(line?.bar).toBe(bars.getAll);
  });

  it('counts what was put off', () => {
    const clear = { native: [sample(30)], flowdb: [sample(1, { deferredMs: 2 })] };
    expect(linesOf(measured([{ clear }]))[0]?.ratio).toBe(10);
  });
});

describe('the bars', () => {
  it('are those of the workloads that come first', () => {
    expect(barred.map(({ name }) => name)).toEqual(Object.keys(bars));
    expect(workloads.slice(0, barred.length)).toEqual(barred);
    expect(new Set(workloads.map(({ name }) => name)).size).toBe(workloads.length);
  });

  it('are met from the ratio on', () => {
    expect(verdict(measured([{ getAll: pair([40], [10]) }]), 'getAll')?.isMet).toBe(true);
    expect(verdict(measured([{ getAll: pair([39], [10]) }]), 'getAll')?.isMet).toBe(false);
  });

  it('are one for all in Firefox', () => {
    const of = measured([{ getAll: pair([13], [10]) }], 'firefox');
    expect(verdict(of, 'getAll')).toMatchObject({ wanted: 1.3, isMet: true });
  });

  it('have a mean only when all were run', () => {
    const all = Object.fromEntries(Object.keys(bars).map((name) => [name, pair([60], [10])]));
    expect(verdict(measured([all]), 'geometric mean')?.found).toBeCloseTo(6);
    const { clear, ...rest } = all;
    expect(clear).toBeDefined();
    expect(verdict(measured([rest]), 'geometric mean')).toBeUndefined();
  });

  it('hold a get against the round trip and getAll against JSON.parse', () => {
    // 0.14 ms and 1.1 ms an operation.
    const of = measured([{ 'get tx each': pair([2], [1.4]), getAll: pair([20], [11]) }]);
    const found = verdictsOf(of).filter(({ what }) => what.includes('÷'));
    expect(found.map(({ isMet }) => isMet)).toEqual([true, false]);
  });

  it('hold the main thread against native over all workloads', () => {
    const busy = (native: number, flowdb: number): Pair => ({
      native: [sample(1, { mainMs: native })],
      flowdb: [sample(1, { mainMs: flowdb })],
    });
    const of = measured([{ getAll: busy(10, 30), cursor: busy(90, 20) }]);
    expect(verdictsOf(of).at(-1)).toMatchObject({ found: 0.5, isMet: true });
  });

  it('hold opening against milliseconds, not against native', () => {
    const [name = '', most = 0] = Object.entries(coldOpenMs)[0] ?? [];
    const verdicts = verdictsOf(measured([{ [name]: pair([1], [most + 1]) }]));
    expect(verdicts.map(({ wanted, isMet }) => [wanted, isMet])).toEqual([[most, false]]);
  });
});

describe('the report', () => {
  it('shows times, floors and bars', () => {
    const text = textOf(measured([{ getAll: pair([80, 80, 80], [10, 20, 16]) }]));
    expect(text).toContain('chromium 1, 20000 documents, 3 rounds');
    expect(text).toMatch(/^getAll +8000 +1600 +5\.00 \(4\.0-8\.0\) +- +4$/m);
    expect(text).toMatch(/a bare round trip 100 µs; JSON.parse of a document 500 µs/);
    expect(text).toMatch(/^getAll +5\.00 +4 +met$/m);
    expect(text).toMatch(/^getAll ÷ JSON.parse \(backend 0\), at most +3\.20 +2 +NOT MET$/m);
  });

  it('aligns and rounds', () => {
    expect(aligned([['a', 'bc'], ['def', 'g']])).toBe('a    bc\ndef   g');
    expect([shown(1234.5), shown(12.34), shown(1.234), shown(NaN)]).toEqual([
      '1235',
      '12.3',
      '1.23',
      '-',
    ]);
  });
});

describe('the documents', () => {
  const records = 20_000;
  const all = documents(0, records, records);
  const sizes = <K>(keys: readonly K[]): number[] => {
    const counts = new Map<K, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...new Set(counts.values())].sort((a, b) => a - b);
  };

  it('are the same every time, and about 300 bytes', () => {
    expect(documents(100, 3, records)).toEqual(all.slice(100, 103));
    const bytes = all.reduce((sum, one) => sum + JSON.stringify(one).length, 0) / records;
    expect(bytes).toBeGreaterThan(280);
    expect(bytes).toBeLessThan(320);
  });

  it('are found by the index in lists of 40, and of 222 or one more', () => {
    expect(sizes(all.map(({ group }) => group))).toEqual([perGroup]);
    expect(sizes(all.map(({ category }) => category))).toEqual([perCategory, perCategory + 1]);
    expect(all.every(({ id, group }) => group === groupOf(id, records))).toBe(true);
    expect(all.every(({ id, category }) => category === categoryOf(id, records))).toBe(true);
  });

  it('change with their version', () => {
    const [before, after] = [0, 1].map((version) => documents(7, 1, records, version)[0]);
    expect(after?.id).toBe(before?.id);
    expect(after?.text).not.toBe(before?.text);
  });

  it("are RxDB's articles with keys of 12 characters and 1000 of text", () => {
    for (const { id, list, text } of articles(50)) {
      expect([id.length, list.map((one) => one.length), text.length]).toEqual([
        12,
        [10, 10, 10, 10, 10],
        1000,
      ]);
    }
    expect(richDocuments(3)).toEqual(richDocuments(3));
  });
});
