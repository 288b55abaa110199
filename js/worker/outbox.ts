// What goes to the page: replies gathered to one transferred buffer a turn, and control messages,
// never overtaking each other.
import type { WorkerMessage } from '../channel/messages';
import { REPLY_HEADER_BYTES, ReplyKind } from '../channel/protocol';
import { joined } from '../channel/reply-reader';
import type { Port } from './environment';

export class Outbox {
  readonly #port: Port;
  #chunks: Uint8Array<ArrayBuffer>[] = [];

  constructor(port: Port) {
    this.#port = port;
  }

  /** Adds replies; the buffer must be of exactly their length, and becomes the outbox's. */
  add(replies: Uint8Array<ArrayBuffer>): void {
    if (replies.length > 0) this.#chunks.push(replies);
  }

  /** Adds an ABORTED of the worker's own, for a transaction that never reached the module. */
  addAborted(connection: number, transaction: number, status: number, message: string): void {
    const text = new TextEncoder().encode(message);
    const length = REPLY_HEADER_BYTES + 8 + Math.ceil(text.length / 4) * 4;
    const reply = new Uint8Array(length);
    const view = new DataView(reply.buffer);
    const words = [ReplyKind.aborted, length, connection, transaction, 0, status, text.length];
    words.forEach((word, i) => view.setUint32(i * 4, word, true));
    reply.set(text, REPLY_HEADER_BYTES + 8);
    this.add(reply);
  }

  /** Sends a control message behind all replies that were added before. */
  send(message: WorkerMessage): void {
    this.flush();
    this.#port.postMessage(message, []);
  }

  flush(): void {
    const chunks = this.#chunks;
    if (chunks.length === 0) return;
    this.#chunks = [];
    const [first] = chunks;
    const buffer = chunks.length === 1 && first !== undefined ? first.buffer : joined(chunks).buffer;
    this.#port.postMessage(buffer, [buffer]);
  }
}
