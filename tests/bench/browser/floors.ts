// What FlowDB can't be faster than.
import type { Document } from '../../../demo/bench/documents';

const roundTrips = 500;

let echo: Worker | undefined;

/** A small message to a worker and back, one after the other: milliseconds each. */
export async function roundTripFloor(): Promise<number> {
  echo ??= new Worker('/echo-worker.js');
  const worker = echo;
  const once = (): Promise<void> =>
    new Promise((resolve) => {
      worker.onmessage = () => resolve();
      const message = new ArrayBuffer(64);
      worker.postMessage(message, [message]);
    });
  await once();
  const start = performance.now();
  for (let i = 0; i < roundTrips; i++) await once();
  return (performance.now() - start) / roundTrips;
}

/** JSON.parse of the documents as one array: milliseconds for each of them. */
export function parseFloor(documents: readonly Document[]): number {
  const text = JSON.stringify(documents);
  const start = performance.now();
  const parsed = JSON.parse(text) as unknown[];
  const ms = performance.now() - start;
  if (parsed.length !== documents.length) throw new Error('JSON.parse has lost documents');
  return ms / documents.length;
}
