// The page's end of the channel against a port that the test plays itself: batches, order, delivery
// and the worker's death.
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ChannelClient, type ChannelPort, type TransactionHandler } from '../../js/channel/client';
import type { WorkerMessage } from '../../js/channel/messages';
import { Durability, TransactionMode } from '../../js/channel/protocol';
import type { Reply } from '../../js/channel/reply-reader';
import type { ErrorData } from '../../js/channel/status';
import { cloneForStorage } from '../../js/codec/storable-clone';
import { message, sized, withLength } from './channel-replies';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

class FakePort implements ChannelPort {
  readonly sent: unknown[] = [];
  readonly transferred: Transferable[] = [];
  readonly #listeners = new Map<string, (event: Event) => void>();

  postMessage(data: unknown, transfer: Transferable[]): void {
    this.sent.push(structuredClone(data, { transfer }));
    this.transferred.push(...transfer);
  }

  addEventListener(type: string, listener: (event: Event) => void): void {
    this.#listeners.set(type, listener);
  }

  dispatch(event: Event): void {
    this.#listeners.get(event.type)?.(event);
  }

  receive(data: unknown): void {
    this.dispatch(new MessageEvent('message', { data }));
  }

  /** The kinds of the sections in each data message that was sent; the `t` of the others. */
  summary(): unknown[] {
    return this.sent.map((data) => {
      if (!(data instanceof ArrayBuffer)) return (data as { t: string }).t;
      const view = new DataView(data);
      const kinds: number[] = [];
      for (let at = 0; at < data.byteLength; at += view.getUint32(at + 4, true)) {
        kinds.push(view.getUint32(at, true));
      }
      return kinds;
    });
  }
}

class Recorder implements TransactionHandler {
  readonly log: unknown[] = [];
  replies: Reply[] = [];

  onReply(reply: Reply): void {
    this.replies.push(reply);
    this.log.push([reply.ok ? 'ok' : 'error', reply.request]);
  }

  onCommitted(): void {
    this.log.push('committed');
  }

  onAborted(error: ErrorData | null): void {
    this.log.push(['aborted', error?.name ?? null]);
  }
}

function setUp() {
  const port = new FakePort();
  const messages: WorkerMessage[] = [];
  const deaths: ErrorData[] = [];
  const client = new ChannelClient(port, {
    onMessage: (received) => messages.push(received),
    onDead: (error) => deaths.push(error),
  });
  const begin = (connection: number, transaction: number) => {
    const recorder = new Recorder();
    const { readwrite } = TransactionMode;
    client.begin(connection, transaction, readwrite, Durability.default, [1], recorder);
    return recorder;
  };
  port.addEventListener('message', (event) => client.receive((event as MessageEvent).data));
  return { port, client, messages, deaths, begin };
}

describe('sending', () => {
  it('sends what one turn wrote as one transferred buffer', async () => {
    const { port, client, begin } = setUp();
    begin(1, 1);
    for (let i = 1; i <= 100; i++) client.commands(1, 1).clear(i, 3);
    client.commit(1, 1);
    expect(port.sent).toEqual([]);
    await Promise.resolve();
    expect(port.summary()).toEqual([[1, 2, 3]]);
    expect(port.transferred).toHaveLength(1);
    expect((port.transferred[0] as ArrayBuffer).byteLength).toBe(0);
    client.commands(1, 1).clear(1, 3);
    await Promise.resolve();
    expect(port.summary()).toEqual([[1, 2, 3], [2]]);
  });

  it('sends at once when asked, and then nothing more', async () => {
    const { port, client } = setUp();
    client.commands(1, 1).clear(1, 3);
    client.flush();
    expect(port.summary()).toEqual([[2]]);
    client.flush();
    await Promise.resolve();
    expect(port.sent).toHaveLength(1);
  });

  it('keeps begins back until something follows, a control message too', () => {
    const { port, client, begin } = setUp();
    begin(1, 1);
    client.flush();
    expect(port.sent).toEqual([]);
    client.send({ t: 'databases', request: 1 });
    expect(port.summary()).toHaveLength(2);
    begin(1, 2);
    expect([client.withdraw(1, 2), client.withdraw(1, 1)]).toEqual([true, false]);
    client.flush();
    expect(port.sent).toHaveLength(2);
  });

  it('waits for its caller while it is held', async () => {
    const { port, client } = setUp();
    client.isHeld = true;
    for (let i = 1; i <= 3; i++) {
      client.commands(1, 1).clear(i, 3);
      await Promise.resolve();
    }
    expect(port.sent).toEqual([]);
    client.isHeld = false;
    client.flush();
    client.commit(1, 1);
    await Promise.resolve();
    expect(port.summary()).toEqual([[2], [3]]);
  });

  it('keeps control messages in their place', () => {
    const { port, client } = setUp();
    client.send({ t: 'hello', storage: 'memory', wasm: 'x.wasm' });
    client.abort(1, 1);
    client.send({ t: 'close', connection: 1 });
    expect(port.summary()).toEqual(['hello', [4], 'close']);
  });

  it('sends a batch that has grown large before the turn is over', () => {
    const { port, client } = setUp();
    const clone = cloneForStorage({ text: 'x'.repeat(1000) });
    const record = { key: 1, clone, indexKeys: [], noOverwrite: false };
    for (let i = 1; i <= 700; i++) client.commands(1, 1).put(i, 3, record);
    expect(port.sent).toHaveLength(1);
    client.flush();
    expect(port.summary()).toEqual([[2], [2]]);
  });

  it('counts messages and bytes', () => {
    const { port, client, begin } = setUp();
    begin(1, 1);
    client.commit(1, 1);
    client.flush();
    client.send({ t: 'databases', request: 1 });
    port.receive({ t: 'databases', request: 1, list: [] });
    port.receive(message(...withLength(2, 1, 1, 0, [])));
    expect(client.counts).toEqual({
      messagesSent: 2,
      messagesReceived: 2,
      bytesSent: 48,
      bytesReceived: 20,
    });
  });
});

describe('delivery', () => {
  it('gives each reply to its transaction, in order', () => {
    const { port, begin } = setUp();
    const [a, b, c] = [begin(1, 1), begin(1, 2), begin(2, 1)];
    port.receive(
      message(
        ...withLength(0, 1, 1, 1, []),
        ...withLength(0, 1, 2, 1, []),
        ...withLength(1, 1, 1, 2, [2, 0]),
        ...withLength(0, 2, 1, 1, [8]),
        ...withLength(2, 1, 1, 0, []),
        ...withLength(3, 1, 2, 0, [0, 0]),
        ...withLength(1, 2, 1, 0, [4, ...sized('61')]),
        ...withLength(3, 2, 1, 0, [4, ...sized('61')]),
      ),
    );
    expect(a.log).toEqual([['ok', 1], ['error', 2], 'committed']);
    expect(b.log).toEqual([['ok', 1], ['aborted', null]]);
    expect(c.log).toEqual([['ok', 1], ['error', 0], ['aborted', 'QuotaExceededError']]);
    expect(c.replies[0]?.u32('count')).toBe(8);
  });

  it('gives the upgrade transaction its replies', () => {
    const { port, client } = setUp();
    const upgrade = new Recorder();
    client.register(1, 0, upgrade);
    port.receive(message(...withLength(2, 1, 0, 0, [])));
    expect(upgrade.log).toEqual(['committed']);
  });

  it('passes control messages on', () => {
    const { port, messages } = setUp();
    port.receive({ t: 'ready' });
    expect(messages).toEqual([{ t: 'ready' }]);
  });

  it('lets replies of a transaction that is over, or of a closed connection, go', () => {
    const { port, messages, deaths, begin } = setUp();
    const [a, b] = [begin(1, 1), begin(2, 1)];
    port.receive(message(...withLength(2, 1, 1, 0, []), ...withLength(0, 1, 1, 5, [])));
    port.receive({ t: 'closed', connection: 2, error: null });
    port.receive(message(...withLength(0, 2, 1, 1, []), ...withLength(0, 3, 1, 1, [])));
    expect(a.log).toEqual(['committed']);
    expect(b.log).toEqual([]);
    expect(messages).toHaveLength(1);
    expect(deaths).toEqual([]);
  });

  // A connection that no script can reach is kept by its transactions alone.
  it('keeps the transactions of a connection until its closing was told', async () => {
    let isKept: boolean | undefined;
    const port = new FakePort();
    const client = new ChannelClient(port, {
      onMessage: () => {
        collectGarbage();
        isKept = recorder.deref() !== undefined;
      },
      onDead: () => {},
    });
    const register = () => {
      const made = new Recorder();
      client.register(1, 1, made);
      return new WeakRef(made);
    };
    const recorder = register();
    // What a task has made or read of a WeakRef stays until its end.
    await new Promise((resolve) => setTimeout(resolve));
    client.receive({ t: 'closed', connection: 1, error: null });
    expect(isKept).toBe(true);
    await new Promise((resolve) => setTimeout(resolve));
    collectGarbage();
    expect(recorder.deref()).toBeUndefined();
  });
});

describe('the death of the worker', () => {
  const ways: [string, (port: FakePort) => void, RegExp][] = [
    ['an error', (port) => port.dispatch(new Event('error')), /could not be started/],
    [
      'an error with a message',
      (port) => port.dispatch(Object.assign(new Event('error'), { message: 'boom' })),
      /boom/,
    ],
    ['a message that can not be read', (port) => port.dispatch(new Event('messageerror')), /./],
  ];

  it.each(ways)('by %s is told to everybody, once', async (_, kill, pattern) => {
    const { port, client, deaths, begin } = setUp();
    const [a, b] = [begin(1, 1), begin(2, 1)];
    kill(port);
    kill(port);
    expect(a.log).toEqual([['aborted', 'UnknownError']]);
    expect(b.log).toEqual([['aborted', 'UnknownError']]);
    expect(deaths).toHaveLength(1);
    expect(deaths[0]?.message).toMatch(pattern);
    expect(deaths[0]?.reason).toBe('worker');
    expect(client.dead).toBe(deaths[0]);

    const late = begin(1, 2);
    client.commands(1, 2).clear(1, 3);
    client.flush();
    port.receive(message(...withLength(2, 1, 1, 0, [])));
    expect(late.log).toEqual([]);
    await Promise.resolve();
    expect(late.log).toEqual([['aborted', 'UnknownError']]);
    expect(a.log).toHaveLength(1);
    expect(port.sent).toEqual([]);
  });

  it('is what a malformed reply means', () => {
    const { port, deaths, begin } = setUp();
    const recorder = begin(1, 1);
    port.receive(message(...withLength(0, 1, 1, 1, []), 9));
    expect(recorder.log).toEqual([
      ['ok', 1],
      ['aborted', 'UnknownError'],
    ]);
    expect(deaths[0]?.message).toMatch(/reply kind at byte 20: 9 is none/);
  });

  it('is what a failure in the page means, for later replies would be lost', () => {
    const { port, client, deaths } = setUp();
    const recorder = new Recorder();
    const problem = new Error('a bug');
    recorder.onReply = () => {
      throw problem;
    };
    client.register(1, 1, recorder);
    expect(() => port.receive(message(...withLength(0, 1, 1, 1, [])))).toThrow(problem);
    expect(recorder.log).toEqual([['aborted', 'UnknownError']]);
    expect(deaths[0]?.message).toMatch(/a bug/);
  });
});
