// The page's end of the channel. What transactions write in one turn of the microtask queue goes
// out as one transferred buffer; each reply goes to the transaction that it belongs to. When the
// worker dies, everybody is told.
import type { Alertness } from './alertness';
import { MalformedError } from '../codec/malformed-error';
import { CommandWriter, batchBytesMax } from './command-writer';
import type { PageMessage, WorkerMessage } from './messages';
import { ReplyKind, type Durability, type TransactionMode } from './protocol';
import { Ahead, ReplyReader, type Reply } from './reply-reader';
import { StatusCode, errorData, type ErrorData } from './status';

/** A Worker or a MessagePort, or what a test puts in its place. */
export interface ChannelPort {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  /** A MessagePort has it, and delivers nothing before it is called. */
  start?(): void;
}

/** Takes what the worker says about one transaction. */
export interface TransactionHandler {
  /** An OK or an ERROR. An ERROR with request 0 is what aborts the transaction. */
  onReply(reply: Reply): void;
  /** The last call for a transaction, or onAborted is. */
  onCommitted(): void;
  /** `error` is null when the page asked for it. */
  onAborted(error: ErrorData | null): void;
}

/** Takes what is not about one transaction. */
export interface ControlHandler {
  onMessage(message: WorkerMessage): void;
  /** The worker is gone; all transactions have been told so before. Nothing comes after this. */
  onDead(error: ErrorData): void;
}

/** What has crossed so far. Control messages count as messages, and as no bytes. */
export interface ChannelCounts {
  readonly messagesSent: number;
  readonly messagesReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export class ChannelClient {
  readonly #port: ChannelPort;
  readonly #control: ControlHandler;
  readonly #alertness: Alertness | undefined;
  readonly #writer = new CommandWriter(16 * 1024, () => {
    this.flush();
    this.#prepare(false);
  });
  readonly #ahead = new Ahead();
  readonly #handlers = new Map<number, Map<number, TransactionHandler>>();
  readonly #counts = { messagesSent: 0, messagesReceived: 0, bytesSent: 0, bytesReceived: 0 };
  /** While it is set, the caller flushes: it runs many turns and knows when they are over. */
  isHeld = false;
  #flushIsDue = false;
  #dead: ErrorData | undefined;

  /**
   * The caller hands all messages of the port to receive().
   * @param alertness for this thread; none where the other side runs on it, too
   */
  constructor(port: ChannelPort, control: ControlHandler, alertness?: Alertness) {
    this.#port = port;
    this.#control = control;
    this.#alertness = alertness;
    port.addEventListener('messageerror', () => this.#die('A message could not be read.'));
    port.addEventListener('error', (event) => this.#die(describe(event)));
  }

  get counts(): ChannelCounts {
    return { ...this.#counts };
  }

  /** Bytes of sections written so far, sent or not. */
  get bytesWritten(): number {
    return this.#counts.bytesSent + this.#writer.byteLength;
  }

  /** Set when the worker is gone: what is sent then is dropped. */
  get dead(): ErrorData | undefined {
    return this.#dead;
  }

  /** Sends a control message, behind everything written before it. */
  send(message: PageMessage): void {
    this.#sendWritten();
    this.#post(message, []);
  }

  /**
   * Begins a transaction. This goes out with what follows it.
   * @param handler gets all replies, until the last one
   */
  begin(
    connection: number,
    transaction: number,
    mode: TransactionMode,
    durability: Durability,
    storeIds: readonly number[],
    handler: TransactionHandler,
  ): void {
    this.register(connection, transaction, handler);
    this.#prepare(true).begin(connection, transaction, mode, durability, storeIds);
  }

  /**
   * Takes back a transaction that the worker was not told of, where nothing was written behind its
   * begin. Its handler is not called.
   * @returns whether it was
   */
  withdraw(connection: number, transaction: number): boolean {
    if (!this.#writer.withdraw(connection, transaction)) return false;
    this.#handlers.get(connection)?.delete(transaction);
    return true;
  }

  /** For the upgrade transaction, which the worker has begun. */
  register(connection: number, transaction: number, handler: TransactionHandler): void {
    const dead = this.#dead;
    if (dead !== undefined) {
      queueMicrotask(() => handler.onAborted(dead));
      return;
    }
    let transactions = this.#handlers.get(connection);
    if (transactions === undefined) this.#handlers.set(connection, (transactions = new Map()));
    transactions.set(transaction, handler);
  }

  /**
   * Takes the next commands of a transaction, until anything else of this client is called.
   * @param canWait nobody waits for an answer to them: they go out with what follows, or when a
   *   batch is full, or when the caller flushes, which it will do soon
   */
  commands(connection: number, transaction: number, canWait = false): CommandWriter {
    const writer = this.#prepare(canWait);
    writer.requests(connection, transaction);
    return writer;
  }

  commit(connection: number, transaction: number): void {
    this.#prepare(false).commit(connection, transaction);
  }

  abort(connection: number, transaction: number): void {
    this.#prepare(false).abort(connection, transaction);
  }

  /**
   * Sends what was written, without waiting for the end of the turn; begins that nothing follows can
   * wait longer.
   */
  flush(): void {
    this.#flushIsDue = false;
    if (!this.#writer.hasOnlyBegins) this.#sendWritten();
  }

  #sendWritten(): void {
    const buffer = this.#writer.take();
    if (buffer === undefined) return;
    this.#counts.bytesSent += buffer.byteLength;
    this.#post(buffer, [buffer]);
    if (this.#dead === undefined) this.#alertness?.sent();
  }

  #prepare(canWait: boolean): CommandWriter {
    if (this.#writer.byteLength >= batchBytesMax) this.#sendWritten();
    if (!canWait && !this.isHeld && !this.#flushIsDue) {
      this.#flushIsDue = true;
      queueMicrotask(() => {
        if (this.#flushIsDue && !this.isHeld) this.flush();
      });
    }
    return this.#writer;
  }

  #post(message: unknown, transfer: Transferable[]): void {
    if (this.#dead !== undefined) return;
    this.#counts.messagesSent++;
    this.#port.postMessage(message, transfer);
  }

  /**
   * Takes the data of a message that has come.
   * @returns whether it has replies, which settle no promise of the page; what else comes may
   */
  receive(data: unknown): boolean {
    if (this.#dead !== undefined) return false;
    this.#counts.messagesReceived++;
    if (data instanceof ArrayBuffer) {
      this.#alertness?.arrived();
      this.#counts.bytesReceived += data.byteLength;
      this.#deliver(data);
      return true;
    }
    const message = data as WorkerMessage;
    this.#control.onMessage(message);
    // Not before: they may be all that keeps a connection which no script can reach.
    if (message.t === 'closed') this.#handlers.delete(message.connection);
    return false;
  }

  // An exception here would leave the rest of the replies without their requests: it ends the
  // channel.
  #deliver(message: ArrayBuffer): void {
    try {
      const reader = new ReplyReader(message, this.#ahead);
      for (let reply = reader.next(); reply !== undefined; reply = reader.next()) {
        this.#deliverOne(reply);
      }
    } catch (error) {
      this.#die(error instanceof Error ? error.message : String(error));
      if (!(error instanceof MalformedError)) throw error;
    }
  }

  #deliverOne(reply: Reply): void {
    const transactions = this.#handlers.get(reply.connection);
    const handler = transactions?.get(reply.transaction);
    // A connection that was closed by force has no more handlers; replies may still have been on
    // their way.
    if (handler === undefined) return;
    if (reply.kind === ReplyKind.ok || reply.kind === ReplyKind.error) {
      handler.onReply(reply);
      return;
    }
    transactions?.delete(reply.transaction);
    if (reply.kind === ReplyKind.committed) {
      handler.onCommitted();
      return;
    }
    const { status, message } = reply.failure();
    handler.onAborted(status === StatusCode.ok ? null : errorData(status, message));
  }

  #die(problem: string): void {
    if (this.#dead !== undefined) return;
    const message = `The database's worker has failed: ${problem}`;
    const error: ErrorData = { ...errorData(StatusCode.closed, message), reason: 'worker' };
    this.#dead = error;
    const handlers = [...this.#handlers.values()].flatMap((inner) => [...inner.values()]);
    this.#handlers.clear();
    for (const handler of handlers) handler.onAborted(error);
    this.#control.onDead(error);
  }
}

function describe(event: Event): string {
  const { message } = event as Partial<ErrorEvent>;
  return message === undefined || message === '' ? 'it could not be started' : message;
}
