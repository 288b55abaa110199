// A thread stays awake for a moment where the other side's messages come quickly, and only there.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Alertness, quickMin } from '../../js/channel/alertness';
import { ChannelClient } from '../../js/channel/client';
import { message, withLength } from './channel-replies';
import { begin, createStore, get, WorkerDriver } from './worker-driver';

let now = 0;
let tasks: (() => void)[] = [];
let alertness: Alertness;

beforeEach(() => {
  now = 1000;
  tasks = [];
  alertness = new Alertness(
    (task) => void tasks.push(task),
    () => now,
    0.4,
  );
});

/** Messages that all come quickly, but one less than it takes. */
function almostBecomeQuick(): void {
  for (let i = 0; i < quickMin; i++) exchange();
}

function exchange(): void {
  alertness.arrived();
  alertness.sent();
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

test('a message close behind one of its own keeps it awake for a moment', () => {
  almostBecomeQuick();
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
  almostBecomeQuick();
  for (let i = 0; i < 10; i++) {
    now += 0.3;
    exchange();
    expect(tasks).toHaveLength(1);
    runTask();
  }
  expect(tasks).toHaveLength(1);
});

test('messages that are far apart keep nothing awake', () => {
  for (let i = 0; i < 2 * quickMin; i++) {
    now += 1;
    exchange();
  }
  expect(tasks).toHaveLength(0);
});

test('the vigil ends when the message comes', () => {
  almostBecomeQuick();
  exchange();
  alertness.arrived();
  runTask();
  expect(tasks).toHaveLength(0);
  alertness.sent();
  expect(tasks).toHaveLength(1);
});

test('it takes quick messages in a row', () => {
  almostBecomeQuick();
  now += 1;
  almostBecomeQuick();
  expect(tasks).toHaveLength(0);
  exchange();
  expect(tasks).toHaveLength(1);
});

// The page's end: what it sends asks, what comes answers.
function client() {
  let receive = (_data: ArrayBuffer) => {};
  const port = {
    postMessage() {},
    addEventListener(type: string, listener: (event: Event) => void) {
      if (type !== 'message') return;
      receive = (data) => listener(new MessageEvent('message', { data }));
    },
  };
  const control = { onMessage: () => {}, onDead: () => {} };
  const page = new ChannelClient(port, control, alertness);
  const ask = () => {
    page.abort(1, 1);
    page.flush();
  };
  const answer = () => receive(message(...withLength(2, 1, 1, 0, [])));
  return { ask, answer };
}

test('a page whose questions are answered quickly stays awake until the answer', () => {
  const { ask, answer } = client();
  for (let i = 0; i < quickMin; i++) {
    ask();
    now += 0.2;
    answer();
    expect(tasks).toHaveLength(0);
  }
  now += 1000;
  ask();
  expect(tasks).toHaveLength(1);
  runTask();
  expect(tasks).toHaveLength(1);
  answer();
  runTask();
  expect(tasks).toHaveLength(0);
});

test('a page whose answers take their time sleeps meanwhile', () => {
  const { ask, answer } = client();
  for (let i = 0; i < 2 * quickMin; i++) {
    ask();
    now += 0.5;
    answer();
  }
  ask();
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
  for (let transaction = 1; transaction <= 2 * quickMin; transaction += 1) {
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
