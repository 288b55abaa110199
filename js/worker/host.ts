// The worker's middle: takes the page's messages, hands them to connections and databases, and
// decides when what waits is executed, written and answered.
import { Alertness } from '../channel/alertness';
import type { PageMessage } from '../channel/messages';
import type { ErrorData } from '../channel/status';
import { errorData, StatusCode } from '../channel/status';
import type { Storage } from '../opfs/storage';
import type { Connection } from './connection';
import type { Environment, Port } from './environment';
import { Failure, failureData, isExpected } from './failure';
import { Maintenance } from './maintenance';
import { ModuleHolder } from './module-holder';
import { NamedDatabase } from './named-database';
import type { Surroundings } from './named-database';
import { Outbox } from './outbox';
import { readSections } from './sections';

/** How long one task may execute commands before it lets messages in. */
const turnMs = 4;
/** How long the last turn may take when the page goes away. */
const shutdownMs = 50;
/** How long the worker may await the page's next message. */
const alertMs = 0.4;
/** How long an engine without connections stays open. */
const lingerMs = 50;

export class Host {
  readonly #environment: Environment;
  readonly #outbox: Outbox;
  readonly #names = new Map<string, NamedDatabase>();
  readonly #connections = new Map<number, { connection: Connection; owner: NamedDatabase }>();
  readonly #maintenance: Maintenance;
  readonly #alertness: Alertness | undefined;
  #around: Surroundings | undefined;
  #lastId = 0;
  #isTurnPosted = false;
  #isOver = false;

  constructor(port: Port, environment: Environment) {
    this.#environment = environment;
    this.#outbox = new Outbox(port);
    this.#maintenance = new Maintenance(
      environment,
      () => this.#letGoOfLost(),
      (error) => this.#crash(error),
    );
    const { postTask, clock, isShared } = environment;
    if (!isShared) this.#alertness = new Alertness(postTask, () => clock.now(), alertMs);
  }

  /** Takes a message of the page. Never throws for what is in it. */
  receive(message: PageMessage | ArrayBuffer): void {
    try {
      if (message instanceof ArrayBuffer) this.#receiveData(message);
      else this.#receiveControl(message);
    } catch (error) {
      this.#crash(error);
    }
  }

  /** Nobody listens any more: lets go of all files, and of those that are just being opened. */
  end(): void {
    this.#isOver = true;
    this.#abandonAll(errorData(StatusCode.closed, ''));
  }

  #receiveControl(message: PageMessage): void {
    switch (message.t) {
      case 'hello':
        this.#start(message.storage, message.wasm);
        break;
      case 'open':
        this.#named(message.request, message.name)?.open(message.request, message.version);
        break;
      case 'delete':
        this.#named(message.request, message.name)?.delete(message.request);
        break;
      case 'databases':
        void this.#list(message.request);
        break;
      case 'close':
        this.#requestClose(message.connection);
        break;
      case 'versionchange-done':
        this.#connections.get(message.connection)?.connection.versionchangeDone(message.token);
        break;
      case 'shutdown':
        this.#shutDown(message.checkpoints);
        break;
    }
  }

  #receiveData(message: ArrayBuffer): void {
    this.#alertness?.arrived();
    const { sections, problem } = readSections(message);
    let last: { connection: Connection; owner: NamedDatabase } | undefined;
    for (const section of sections) {
      const known = this.#connections.get(section.connection);
      // Closed meanwhile: the page learns of it by another message.
      if (known === undefined) continue;
      last = known;
      const wrong = known.connection.database.accept(known.connection, section);
      if (wrong !== undefined) this.#refuse(known.connection, known.owner, wrong);
    }
    // Without its end nobody knows which section the rest belongs to.
    if (problem !== undefined && last !== undefined) {
      this.#refuse(last.connection, last.owner, problem);
    }
    this.#turn(false);
  }

  #refuse(connection: Connection, owner: NamedDatabase, problem: string): void {
    owner.closeByForce(connection, errorData(StatusCode.invalid_argument, problem));
  }

  /**
   * Executes what waits in all databases and answers.
   * @param isCommitting false may leave the writing to a task behind the messages that have arrived
   *   already, so that one write takes them all
   */
  #turn(isCommitting: boolean): void {
    const { clock } = this.#environment;
    this.#work(clock.now() + turnMs, isCommitting);
    if (this.#hasWork()) {
      this.#postTurn();
      return;
    }
    const now = clock.now();
    this.#maintenance.start(now);
    this.#alertness?.sent(now);
  }

  #work(deadline: number, isCommitting: boolean): void {
    const { clock, isShared } = this.#environment;
    const isPast = () => clock.now() >= deadline;
    for (const named of this.#names.values()) {
      const { database } = named;
      if (database === undefined) continue;
      if (database.work(isPast, isCommitting, isShared)) this.#maintenance.add(database);
      database.takeReplies();
      named.letGoOfLost();
    }
    this.#outbox.flush();
    for (const { connection, owner } of this.#connections.values()) owner.closeIfOver(connection);
  }

  #letGoOfLost(): void {
    for (const named of this.#names.values()) named.letGoOfLost();
    this.#outbox.flush();
  }

  #postTurn(): void {
    if (this.#isTurnPosted) return;
    this.#isTurnPosted = true;
    this.#environment.postTask(() => {
      this.#isTurnPosted = false;
      try {
        this.#turn(true);
      } catch (error) {
        this.#crash(error);
      }
    });
  }

  #start(kind: 'opfs' | 'memory', wasmUrl: string): void {
    if (this.#around !== undefined) return;
    const module = new ModuleHolder(this.#environment.moduleLoader(wasmUrl));
    const storage = this.#environment.openStorage(kind);
    this.#around = {
      storage,
      module,
      outbox: this.#outbox,
      isOver: () => this.#isOver,
      nextId: () => (this.#lastId += 1),
      connected: (connection, owner) => {
        this.#connections.set(connection.id, { connection, owner });
      },
      disconnected: ({ id }) => void this.#connections.delete(id),
      opened: (database) => this.#maintenance.opened(database),
      linger: () => this.#environment.clock.wait(lingerMs),
      crash: (error) => this.#crash(error),
    };
    // Instantiated while the page still waits for its first answer. A failure is the opener's.
    module.get().catch(() => {});
    storage.then(
      () => this.#outbox.send({ t: 'ready' }),
      (error: unknown) => this.#outbox.send({ t: 'unavailable', error: failureData(error) }),
    );
  }

  #named(request: number, name: string): NamedDatabase | undefined {
    if (this.#around === undefined) {
      this.#fail(request, helloFirst());
      return undefined;
    }
    let named = this.#names.get(name);
    if (named === undefined) {
      named = new NamedDatabase(name, this.#around);
      this.#names.set(name, named);
    }
    return named;
  }

  async #list(request: number): Promise<void> {
    // Listing takes a while, and an upgrade that runs now may commit in it; the page asked before.
    const upgrading = new Map<string, number>();
    for (const [name, { upgradingFrom }] of this.#names) {
      if (upgradingFrom !== undefined) upgrading.set(name, upgradingFrom);
    }
    try {
      const storage: Storage | undefined = await this.#around?.storage;
      if (storage === undefined) throw helloFirst();
      const list = (await storage.list())
        .map(({ name, version }) => ({ name, version: upgrading.get(name) ?? version }))
        .filter(({ version }) => version > 0);
      this.#outbox.send({ t: 'databases', request, list });
    } catch (error) {
      this.#fail(request, error);
    }
  }

  #requestClose(id: number): void {
    const known = this.#connections.get(id);
    if (known === undefined) {
      this.#outbox.send({ t: 'closed', connection: id, error: null });
      return;
    }
    known.connection.requestClose();
    known.owner.closeIfOver(known.connection);
  }

  // The page goes: what it has committed is written, and the files are let go for the next one.
  // Should the page come back from the browser's cache, its connections are closed.
  #shutDown(checkpoints: boolean): void {
    this.#work(this.#environment.clock.now() + shutdownMs, true);
    if (checkpoints) for (const named of this.#names.values()) named.closeEngine();
    this.#abandonAll(errorData(StatusCode.closed, 'The page was left.'));
  }

  #crash(error: unknown): void {
    this.#abandonAll(failureData(error));
  }

  #abandonAll(error: ErrorData): void {
    this.#around?.module.discard();
    for (const named of this.#names.values()) named.abandon(error);
    this.#outbox.flush();
  }

  #fail(request: number, error: unknown): void {
    this.#outbox.send({ t: 'failed', request, error: failureData(error) });
    if (!isExpected(error)) this.#crash(error);
  }

  #hasWork(): boolean {
    for (const { database } of this.#names.values()) if (database?.hasWork === true) return true;
    return false;
  }
}

function helloFirst(): Failure {
  return Failure.of(StatusCode.invalid_argument, "The first message has to be 'hello'.");
}
