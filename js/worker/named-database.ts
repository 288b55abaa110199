// One database name in this worker: its queue of open and delete requests, one at a time and in
// order, its connections, and the engine, which is open while there is a connection and a little
// longer. https://w3c.github.io/IndexedDB/#opening and #deleting-a-database
import type { ErrorData } from '../channel/status';
import { errorData, StatusCode } from '../channel/status';
import type { Storage } from '../opfs/storage';
import { Connection } from './connection';
import { Database } from './database';
import { Engine } from './engine';
import { Failure, failureData, isExpected } from './failure';
import type { ModuleHolder } from './module-holder';
import type { Outbox } from './outbox';

/** What a named database needs of the worker around it. */
export interface Surroundings {
  readonly storage: Promise<Storage>;
  readonly module: ModuleHolder;
  readonly outbox: Outbox;
  /** Whether nobody waits for what is being opened any more. */
  isOver(): boolean;
  /** Numbers for connections and tokens, unique in this worker. */
  nextId(): number;
  connected(connection: Connection, owner: NamedDatabase): void;
  disconnected(connection: Connection): void;
  /** An engine is open: those before it may have left something to do. */
  opened(database: Database): void;
  /** Resolves when an engine without connections was kept long enough. */
  linger(): Promise<void>;
  /** A trap or a bug: the worker starts anew. */
  crash(error: unknown): void;
}

export class NamedDatabase {
  readonly #name: string;
  readonly #around: Surroundings;
  readonly #connections = new Set<Connection>();
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #isLingering = false;
  #database: Database | undefined;
  #upgradingFrom: number | undefined;

  constructor(name: string, around: Surroundings) {
    this.#name = name;
    this.#around = around;
  }

  /** The open engine with its transactions. */
  get database(): Database | undefined {
    return this.#database;
  }

  /** The version that an upgrade which is not committed yet began at, 0 when it creates. */
  get upgradingFrom(): number | undefined {
    return this.#upgradingFrom;
  }

  /** Answers with `opened` or `failed`. */
  open(request: number, version: number | undefined): void {
    this.#enqueue(request, () => this.#open(request, version));
  }

  /** Answers with `deleted` or `failed`. */
  delete(request: number): void {
    this.#enqueue(request, () => this.#delete(request));
  }

  /** Closes a connection that asked for it, if nothing of it is left to do. */
  closeIfOver(connection: Connection): void {
    if (!connection.isClosePending || connection.isClosed || connection.live.size > 0) return;
    this.#disconnect(connection);
    this.#around.outbox.send({ t: 'closed', connection: connection.id, error: null });
  }

  /** Closes a connection now; what it has not committed is aborted. */
  closeByForce(connection: Connection, error: ErrorData): void {
    if (connection.isClosed) return;
    connection.database.abortAll(connection, error.status, error.message);
    connection.database.takeReplies();
    this.#disconnect(connection);
    this.#around.outbox.send({ t: 'closed', connection: connection.id, error });
  }

  /** Closes the engine cleanly; what is not committed is aborted. To be followed by abandon(). */
  closeEngine(): void {
    this.#database?.close();
  }

  /** Lets go of the files without another call of the module, and closes all connections. */
  abandon(error: ErrorData): void {
    this.#database?.abandon(error);
    this.#database = undefined;
    for (const connection of [...this.#connections]) {
      this.#disconnect(connection);
      this.#around.outbox.send({ t: 'closed', connection: connection.id, error });
    }
  }

  /**
   * Lets go of an engine that takes no more writes: what its pages hold is of no more use to them,
   * and they may open the database again.
   */
  letGoOfLost(): void {
    const lost = this.#database?.lost;
    if (lost === undefined) return;
    this.#database?.engine.free();
    this.abandon(lost);
  }

  #enqueue(request: number | undefined, job: () => Promise<void>): void {
    this.#queued += 1;
    this.#queue = this.#queue.then(async () => {
      try {
        await job();
      } catch (error) {
        if (!isExpected(error)) this.#around.crash(error);
        const data = failureData(error);
        if (request !== undefined) this.#around.outbox.send({ t: 'failed', request, error: data });
      }
      this.#queued -= 1;
      this.#closeWhenUnused();
    });
  }

  async #open(request: number, wanted: number | undefined): Promise<void> {
    const database = this.#database ?? (await this.#openEngine(true));
    if (database === undefined) throw Failure.of(StatusCode.not_found, '');
    const stored = database.engine.version();
    const version = wanted ?? Math.max(stored, 1);
    if (version < stored) {
      const message = `The database has version ${stored}, which is above ${version}.`;
      const data = errorData(StatusCode.invalid_argument, message);
      throw new Failure({ ...data, name: 'VersionError' });
    }
    if (version > stored) {
      await this.#closeOthers(request, stored, version);
      if (isAlive(database)) await database.engine.files.prepareVersion();
      if (!isAlive(database)) return this.#open(request, wanted);
    }
    const connection = new Connection(this.#around.nextId(), database);
    this.#connections.add(connection);
    this.#around.connected(connection, this);
    try {
      if (version > stored) await this.#upgrade(connection, request, stored, version);
    } catch (error) {
      this.#disconnect(connection);
      throw error;
    }
    const schema = database.engine.schemaText();
    this.#around.outbox.send({ t: 'opened', request, connection: connection.id, version, schema });
    if (!database.isListed) {
      database.isListed = true;
      this.#enqueue(undefined, () => this.#checkList(database));
    }
  }

  // Runs the page's upgrade transaction, and returns when the connection may be used.
  async #upgrade(
    connection: Connection,
    request: number,
    oldVersion: number,
    newVersion: number,
  ): Promise<void> {
    const { database, id } = connection;
    const { engine } = database;
    let isCommitted = false;
    const schema = engine.schemaText();
    const over = database.beginUpgrade(connection, newVersion, (isDone) => {
      // Before the page is told, or databases() could deny after a crash what the page has seen.
      if (isDone) engine.files.recordVersion(newVersion);
      database.isListed = isDone;
      isCommitted = isDone;
      this.#upgradingFrom = undefined;
    });
    this.#upgradingFrom = oldVersion;
    const { outbox } = this.#around;
    outbox.send({ t: 'upgrade', request, connection: id, oldVersion, newVersion, schema });
    await Promise.race([over, connection.closed]);
    this.#upgradingFrom = undefined;
    checkAlive(database);
    this.closeIfOver(connection);
    if (isCommitted && !connection.isClosed) return;
    if (engine.version() === 0) {
      this.#database = undefined;
      await database.remove();
    }
    const message = 'The upgrade was aborted, or the connection was closed in it.';
    throw Failure.of(StatusCode.aborted, message);
  }

  // `toldVersion`: what connections were told that were in the way, at an attempt before.
  async #delete(request: number, toldVersion = 0): Promise<void> {
    const database = this.#database ?? (await this.#openEngine(false));
    let oldVersion = toldVersion;
    if (database !== undefined) {
      oldVersion = database.engine.version();
      await this.#closeOthers(request, oldVersion, null);
      if (!isAlive(database)) return this.#delete(request, oldVersion);
      this.#database = undefined;
      await database.remove();
    }
    this.#around.outbox.send({ t: 'deleted', request, oldVersion });
  }

  // Tells all connections that they are in the way, and waits until they are closed.
  async #closeOthers(
    request: number,
    oldVersion: number,
    newVersion: number | null,
  ): Promise<void> {
    const { outbox, nextId } = this.#around;
    const others = [...this.#connections];
    const told = others.map((connection) => {
      if (connection.isClosePending) return undefined;
      const token = nextId();
      const { id } = connection;
      outbox.send({ t: 'versionchange', connection: id, token, oldVersion, newVersion });
      return connection.awaitVersionchange(token);
    });
    await Promise.all(told);
    if (others.some((connection) => !connection.isClosed)) {
      outbox.send({ t: 'blocked', request, oldVersion, newVersion });
    }
    await Promise.all(others.map((connection) => connection.closed));
  }

  /**
   * Opens the engine, and finishes a deletion that was interrupted.
   * @param create false: for a deletion, to which damaged files are no obstacle
   * @returns undefined when there is no database and none was to be created
   */
  async #openEngine(create: boolean): Promise<Database | undefined> {
    const storage = await this.#around.storage;
    for (;;) {
      const files = await storage.open(this.#name, create);
      if (files === undefined) return undefined;
      try {
        const module = await this.#around.module.get();
        if (this.#around.isOver()) throw Failure.of(StatusCode.closed, '');
        const opened = Engine.open(module, files, this.#name);
        if (opened instanceof Engine) {
          const database = new Database(opened, this.#around.outbox);
          this.#database = database;
          this.#around.opened(database);
          return database;
        }
        const isMarked = opened.data.status === StatusCode.not_found;
        if (create && !isMarked) throw opened;
      } catch (error) {
        files.close();
        throw error;
      }
      await files.remove();
      if (!create) return undefined;
    }
  }

  // A crash between an upgrade's commit and its entry in the catalogue is made good here.
  async #checkList(database: Database): Promise<void> {
    if (this.#database !== database) return;
    await database.engine.files.ensureVersion(database.engine.version());
  }

  #disconnect(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    connection.markClosed();
    this.#around.disconnected(connection);
    this.#closeWhenUnused();
  }

  #closeWhenUnused(): void {
    if (!this.#isUnused || this.#isLingering) return;
    this.#isLingering = true;
    void this.#around.linger().then(() => {
      this.#isLingering = false;
      if (this.#isUnused) this.#enqueue(undefined, () => this.#close());
    });
  }

  get #isUnused(): boolean {
    return this.#queued === 0 && this.#connections.size === 0 && this.#database !== undefined;
  }

  async #close(): Promise<void> {
    // An open request may have come in between, and then has the engine.
    const database = this.#database;
    if (database === undefined || this.#connections.size > 0 || this.#queued > 1) return;
    this.#database = undefined;
    database.close();
  }
}

/** @returns false when its engine was lost: another one can be opened. Throws Failure. */
function isAlive(database: Database): boolean {
  if (database.lost !== undefined) return false;
  checkAlive(database);
  return true;
}

function checkAlive(database: Database): void {
  if (database.failure !== undefined) throw new Failure(database.failure);
}
