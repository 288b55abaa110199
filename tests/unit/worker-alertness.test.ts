// The worker stays awake for a moment where messages follow each other closely, and only there.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Alertness } from '../../js/worker/alertness';
import { begin, createStore, get, WorkerDriver } from './worker-driver';

let now = 0;
let tasks: (() => void)[] = [];
let alertness: Alertness;

beforeEach(() => {
  now = 1000;
  tasks = [];
  alertness = new Alertness({
    postTask: (task) => void tasks.push(task),
    clock: { now: () => now, wait: () => Promise.reject(new Error('nothing is waited for')) },
  });
});

function exchange(): void {
  alertness.arrived();
  alertness.answered();
}

function runTask(): void {
  const task = tasks.shift();
  if (task === undefined) throw new Error('no task was posted');
  task();
}

test('a single message posts nothing', () => {
  exchange();
  expect(tasks).toHaveLength(0);
});

test('a message close behind an answer keeps the worker awake for a moment', () => {
  exchange();
  now += 0.2;
  exchange();
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
  exchange();
  for (let i = 0; i < 10; i++) {
    now += 0.3;
    exchange();
    expect(tasks).toHaveLength(1);
    runTask();
  }
  expect(tasks).toHaveLength(1);
});

test('messages that are far apart keep nothing awake', () => {
  for (let i = 0; i < 10; i++) {
    now += 1;
    exchange();
  }
  expect(tasks).toHaveLength(0);
});

let worker: WorkerDriver | undefined;
afterEach(() => worker?.end());

// A page that asks, awaits and asks again: how many tasks that takes.
async function tasksOfReads(isShared: boolean): Promise<number> {
  worker?.end();
  now = 0;
  worker = new WorkerDriver({ isShared, now: () => (now += 0.01) });
  const connection = await worker.upgrade('a', 1, (writer) => createStore(writer, 1, 'one'));
  const before = worker.tasks;
  for (let transaction = 1; transaction <= 5; transaction += 1) {
    worker.send((writer) => {
      begin(writer, connection, transaction, 'readonly', 1);
      get(writer, 1, 1, 'k');
    });
    await worker.reply(connection, transaction);
  }
  return worker.tasks - before;
}

test('a thread that is not the host’s alone is not kept awake', async () => {
  expect(await tasksOfReads(true)).toBe(0);
  expect(await tasksOfReads(false)).toBeGreaterThan(0);
});
