// One database of the module together with its open files: opening, closing and removing both in
// the right order, and moving bytes in and out of the heap.
import { COMMAND_HEADER_BYTES } from '../channel/protocol';
import { StatusCode } from '../channel/status';
import type { DatabaseFiles } from '../opfs/storage';
import { Failure } from './failure';
import type { FlowDatabase, FlowModule, FlowSchema, TakeReplies } from './flow-module';
import { addFile, dropFile } from './module-holder';
import type { Transaction } from './transaction';

const none = new Uint8Array(0);

/** The heap holds about so many bytes of commands at once. */
const commandBytesMax = 1 << 20;

export class Engine {
  readonly files: DatabaseFiles;
  readonly calls: FlowDatabase;
  readonly #module: FlowModule;
  readonly #slots: readonly number[];

  private constructor(
    module: FlowModule,
    calls: FlowDatabase,
    files: DatabaseFiles,
    slots: readonly number[],
  ) {
    this.#module = module;
    this.calls = calls;
    this.files = files;
    this.#slots = slots;
  }

  /**
   * Opens a database in its files, which stay the caller's when it fails.
   * @returns the engine's own words when it can't open them
   */
  static open(module: FlowModule, files: DatabaseFiles, name: string): Engine | Failure {
    const slots = [addFile(module, files.container), addFile(module, files.log)] as const;
    const calls = module.Database.open(slots[0], slots[1], JSON.stringify(name), 0, 0);
    if (calls === null) {
      for (const slot of slots) dropFile(module, slot);
      return lastFailure(module);
    }
    return new Engine(module, calls, files, slots);
  }

  /** The committed schema as the JSON text that the page gets. */
  schemaText(): string {
    return this.calls.schema();
  }

  /** 0 before the first upgrade. */
  version(): number {
    return (JSON.parse(this.calls.schema()) as FlowSchema).version;
  }

  lastFailure(): Failure {
    return lastFailure(this.#module);
  }

  /**
   * Executes a transaction's commands, as many as fit into about `bytesMax`.
   * @param take gets replies that come before those of takeReplies()
   * @returns the bytes consumed; undefined when there is no memory
   */
  execute(
    { handle, connection, id }: Transaction,
    commands: Uint8Array,
    take: TakeReplies,
    bytesMax = commandBytesMax,
  ): number | undefined {
    const part = firstCommands(commands, bytesMax);
    const address = this.calls.allocate(part.length);
    if (address === 0) return undefined;
    this.#module.HEAPU8.set(part, address);
    this.#module.flowReplies = take;
    return this.calls.execute(handle, connection.id, id, part.length);
  }

  /** Takes the replies that wait in the heap. */
  takeReplies(): Uint8Array<ArrayBuffer> {
    const length = this.calls.replyLength();
    if (length === 0) return none;
    const address = this.calls.replyAddress();
    const replies = this.#module.HEAPU8.slice(address, address + length);
    this.calls.clearReplies();
    return replies as Uint8Array<ArrayBuffer>;
  }

  /** Closes cleanly: with a checkpoint, so that the next open has nothing to recover. */
  close(): void {
    // When it fails the data is in the log, and the next open takes it from there.
    this.calls.close();
    this.free();
    this.files.close();
  }

  /** Deletes the database. Once marked, a crash on the way is made good by the next open. */
  async remove(): Promise<void> {
    if (this.calls.markDeleted() !== StatusCode.ok) {
      const failure = this.lastFailure();
      this.close();
      throw failure;
    }
    this.free();
    await this.files.remove();
  }

  /** Frees what it has in the module, without a clean close. */
  free(): void {
    this.calls.delete();
    for (const slot of this.#slots) dropFile(this.#module, slot);
  }
}

function lastFailure(module: FlowModule): Failure {
  return Failure.of(module.lastErrorCode(), module.lastErrorMessage());
}

// Whole commands from the front, as far as they are whole.
function firstCommands(commands: Uint8Array, bytesMax: number): Uint8Array {
  if (commands.length <= bytesMax) return commands;
  const view = new DataView(commands.buffer, commands.byteOffset, commands.length);
  let end = 0;
  while (end < bytesMax && end + COMMAND_HEADER_BYTES <= commands.length) {
    const length = view.getUint32(end + 4, true);
    // The module says what is wrong.
    if (length < COMMAND_HEADER_BYTES || length > commands.length - end) break;
    end += length;
  }
  return commands.subarray(0, Math.max(end, COMMAND_HEADER_BYTES));
}
