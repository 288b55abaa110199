// A thread stays awake for a moment where messages follow each other closely, and only there.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Alertness,
  heldUpMs,
  lostMsMax,
  promptLength,
  restMs,
  runLength,
  runMs,
} from '../../js/channel/alertness';
import { ChannelClient } from '../../js/channel/client';
import { message, withLength } from './channel-replies';
import { begin, createStore, get, WorkerDriver } from './worker-driver';

const vigilMs = 0.4;
let now = 0;
let tasks: (() => void)[] = [];
let alertness: Alertness;

beforeEach(() => {
  now = 1000;
  tasks = [];
  alertness = new Alertness(
    (task) => void tasks.push(task),
    () => now,
    vigilMs,
  );
  alertness.sent();
});

function exchange(): void {
  alertness.arrived();
  alertness.sent();
}

function runTask(): void {
  const task = tasks.shift();
  if (task === undefined) throw new Error('no task was posted');
  task();
}

/** Messages that are close to each other, and in sum. */
function run(count: number): void {
  for (let i = 0; i < count; i++) {
    now += (0.9 * runMs) / runLength;
    exchange();
  }
}

test('some close messages post nothing', () => {
  run(runLength - 1);
  expect(tasks).toHaveLength(0);
});

test('a run of close messages keeps it awake for a moment', () => {
  run(runLength);
  for (const later of [0.1, 0.2, 0.09]) {
    expect(tasks).toHaveLength(1);
    now += later;
    runTask();
  }
  expect(tasks).toHaveLength(1);
  now += 0.1;
  runTask();
  expect(tasks).toHaveLength(0);
});

test('further messages prolong the one vigil', () => {
  run(runLength);
  for (let i = 0; i < 10; i++) {
    now += 0.3;
    exchange();
    expect(tasks).toHaveLength(1);
    runTask();
  }
  expect(tasks).toHaveLength(1);
});

test('messages that are far apart keep nothing awake', () => {
  for (let i = 0; i < 3 * runLength; i++) {
    now += 1;
    exchange();
  }
  expect(tasks).toHaveLength(0);
});

test('the vigil ends when the message comes', () => {
  run(runLength);
  alertness.arrived();
  runTask();
  expect(tasks).toHaveLength(0);
  alertness.sent();
  expect(tasks).toHaveLength(1);
});

test('a pause ends the run', () => {
  run(runLength - 1);
  alertness.arrived();
  now += runMs;
  alertness.sent();
  expect(tasks).toHaveLength(0);
});

// A message that comes only when the thread has given up awaiting it. Result: how long it took.
function heldUp(afterMs = 0.2): number {
  const sent = now;
  while (tasks.length > 0) {
    now += 0.1;
    runTask();
  }
  now += afterMs;
  exchange();
  return now - sent;
}

// Until more is lost than what it takes to find out.
function heldUpTooLong(): void {
  for (let lostMs = 0; lostMs < lostMsMax; lostMs += heldUp()) expect(tasks).toHaveLength(1);
}

describe('where awaiting holds messages up', () => {
  beforeEach(() => {
    run(runLength);
    heldUpTooLong();
  });

  test('it sleeps for a while', () => {
    const begin = now;
    expect(tasks).toHaveLength(0);
    while (now < begin + restMs - 1) {
      run(1);
      expect(tasks).toHaveLength(0);
    }
    run(2);
    expect(tasks).toHaveLength(1);
  });

  test('and then tries again as often', () => {
    now += restMs;
    run(runLength + 1);
    heldUpTooLong();
    expect(tasks).toHaveLength(0);
  });
});

test('what comes much later was not held up', () => {
  for (let lostMs = 0; lostMs < 2 * lostMsMax; lostMs += heldUpMs) {
    run(runLength);
    expect(tasks).toHaveLength(1);
    heldUp(heldUpMs);
  }
});

test('what is late among others that are not took long itself', () => {
  for (let lostMs = 0; lostMs < 2 * lostMsMax; lostMs += heldUp()) {
    run(runLength + promptLength);
    expect(tasks).toHaveLength(1);
  }
});

test('what was lost before a long pause is forgotten', () => {
  let lostMs = 0;
  while (lostMs < 2 * lostMsMax) {
    now += restMs;
    run(runLength + 1);
    for (let i = 0; i < 10; i++) lostMs += heldUp();
    expect(tasks).toHaveLength(1);
    now += 1;
    runTask();
  }
});

test('what comes unawaited is not counted', () => {
  for (let i = 0; i < 2 * runLength; i++) alertness.arrived();
  alertness.sent();
  expect(tasks).toHaveLength(0);
});

test('where the clock stands still, what is held up counts, too', () => {
  for (let i = 0; i < runLength; i++) exchange();
  for (let lostMs = 0; lostMs < lostMsMax; lostMs += vigilMs) {
    expect(tasks).toHaveLength(1);
    while (tasks.length > 0) runTask();
    exchange();
  }
  expect(tasks).toHaveLength(0);
});

describe('with a clock of whole milliseconds', () => {
  let exact = 0;
  const pass = (ms: number) => (now = Math.floor((exact += ms)));

  beforeEach(() => (exact = now));

  test('close messages are seen', () => {
    for (let i = 0; i < 2 * runLength; i++) {
      pass(0.5);
      exchange();
    }
    expect(tasks).toHaveLength(1);
  });

  test('distant ones are, too', () => {
    for (let i = 0; i < 3 * runLength; i++) {
      pass(0.9);
      exchange();
    }
    expect(tasks).toHaveLength(0);
  });
});

test('a clock that stands still does not keep it awake for ever', () => {
  for (let i = 0; i < runLength; i++) exchange();
  let count = 0;
  for (; tasks.length > 0 && count < 10_000; count++) runTask();
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(1000);
});

test('a page asks with what it sends, and is answered by what comes', () => {
  const port = { postMessage() {}, addEventListener() {} };
  const page = new ChannelClient(port, { onMessage: () => {}, onDead: () => {} }, alertness);
  const answer = () => page.receive(message(...withLength(2, 1, 1, 0, [])));
  for (let i = 0; i < runLength + 1; i++) {
    expect(tasks).toHaveLength(0);
    page.abort(1, 1);
    page.flush();
    now += 0.2;
    if (i < runLength) answer();
  }
  expect(tasks).toHaveLength(1);
  answer();
  runTask();
  expect(tasks).toHaveLength(0);
});

let worker: WorkerDriver | undefined;
afterEach(() => worker?.end());

// A page that asks, awaits and asks again: how many tasks that takes.
async function tasksOfReads(count: number, isShared: boolean): Promise<number> {
  worker?.end();
  now = 0;
  worker = new WorkerDriver({ isShared, now: () => (now += 0.01) });
  const connection = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
  // The run that the upgrade belongs to.
  now += 1000;
  const before = worker.tasks;
  for (let transaction = 1; transaction <= count; transaction += 1) {
    worker.send((writer) => {
      begin(writer, connection, transaction, 'readonly', 1);
      get(writer, 1, 1, 'k');
    });
    await worker.reply(connection, transaction);
  }
  return worker.tasks - before;
}

test('the worker stays awake in a run of requests, on a thread of its own', async () => {
  expect(await tasksOfReads(runLength - 1, false)).toBe(0);
  expect(await tasksOfReads(2 * runLength, false)).toBeGreaterThan(0);
  expect(await tasksOfReads(2 * runLength, true)).toBe(0);
});
