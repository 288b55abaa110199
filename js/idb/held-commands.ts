// Commands that wait on the page: a put whose Blobs are still being read, and all that its
// transaction asks for behind it. So results keep the order of the requests.
import { CommandWriter } from '../channel/command-writer';
import type { PutRecord } from '../channel/commands';
import { readBlobs, type BlobContents } from '../codec/value-encoder';
import { domError } from './dom-error';
import type { Transaction } from './transaction';

interface HeldPut {
  readonly request: number;
  readonly store: number;
  readonly record: PutRecord;
  contents: BlobContents | undefined;
  /** What comes behind it, up to the next held put. */
  readonly following: CommandWriter;
}

export class HeldCommands {
  readonly #transaction: Transaction;
  readonly #puts: HeldPut[] = [];
  /** Where the transaction's next command goes. */
  writer: CommandWriter;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
    this.writer = this.#newWriter();
  }

  /** Holds a put and begins to read its Blobs. */
  add(request: number, store: number, record: PutRecord): void {
    const following = this.#newWriter();
    const put: HeldPut = { request, store, record, contents: undefined, following };
    this.#puts.push(put);
    this.writer = following;
    readBlobs(record.clone.blobs).then(
      (contents) => {
        put.contents = contents;
        this.#proceed();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #proceed(): void {
    const transaction = this.#transaction;
    while (transaction.isLive) {
      const put = this.#puts[0];
      if (put === undefined) {
        transaction.release();
        return;
      }
      if (put.contents === undefined) return;
      this.#puts.shift();
      const { connection, id } = transaction;
      const writer = connection.client.commands(connection.id, id);
      try {
        writer.put(put.request, put.store, { ...put.record, blobs: put.contents });
      } catch (error) {
        this.#fail(error);
        return;
      }
      writer.appendCommands(put.following);
    }
  }

  #fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#transaction.abort(domError('NotReadableError', `A Blob can't be read: ${text}`));
  }

  #newWriter(): CommandWriter {
    const writer = new CommandWriter(1024);
    writer.requests(this.#transaction.connection.id, this.#transaction.id);
    return writer;
  }
}
